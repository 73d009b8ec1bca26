import { stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { makeFolder } from "../../adapters/system/index.ts";
import { HoldfastError } from "../../base/index.ts";
import type { Register } from "../command.ts";
import { startingFile } from "./starting-file.ts";

export const register: Register = (command, terminal) => {
  command
    .argument("[dir]", "folder to write holdfast.yaml into; it is made where it is missing", ".")
    .action(async (dir: string) => {
      const file = join(dir, "holdfast.yaml");
      await write(dir, file);
      const { outColors: colors } = terminal;
      terminal.out(`${colors.green("✓")} wrote ${colors.bold(file)}\n\nNext:\n`);
      terminal.out(`  holdfast check ${file}     is the design sound?\n`);
      terminal.out(`  holdfast schema > ${join(dir, "fleet.schema.json")}     lets your editor complete it\n`);
    });
};

async function write(dir: string, file: string): Promise<void> {
  try {
    makeFolder(dir);
    // `wx`: never over a file that somebody wrote.
    await writeFile(file, startingFile(fleetName(dir)), { flag: "wx" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST" && (await isThere(file))) {
      throw new HoldfastError([
        {
          code: "file-exists",
          message: `${file} is there already`,
          hint: `Remove it, or name another folder: holdfast init ${join(dir, "fleet")}`,
        },
      ]);
    }
    throw new HoldfastError(
      [
        {
          code: "file-unwritable",
          message: `cannot write ${file}: ${code ?? "unknown reason"}`,
          hint: "Check the path and the permissions.",
        },
      ],
      { cause: error },
    );
  }
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The folder's name where it can be a fleet's name. */
function fleetName(dir: string): string {
  const name = basename(resolve(dir))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return name === "" ? "fleet" : name;
}
