import { fleetJsonSchema } from "../../core/spec/index.ts";
import type { Register } from "../command.ts";

export const register: Register = (command, terminal) => {
  command
    .addHelpText("after", "\nAn editor uses it with a first line: # yaml-language-server: $schema=fleet.schema.json")
    .action(() => {
      terminal.out(`${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
    });
};
