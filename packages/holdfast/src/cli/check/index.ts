import type { Register } from "../command.ts";
import { loadFleet } from "../fleet-file.ts";
import { formatOption } from "../format-option.ts";

export const register: Register = (command, terminal) => {
  command
    .argument("<file>", "fleet file, YAML or JSON")
    .addOption(formatOption())
    .action(async (file: string) => {
      await loadFleet(file);
      terminal.out(`${file}: no problems\n`);
    });
};
