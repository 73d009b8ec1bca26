import type { Command } from "commander";
import { HoldfastError } from "../base/index.ts";

/** For every command about a fleet that runs: the file may be left out, and is named the same way everywhere. */
export function addFileArgument(command: Command): Command {
  return command
    .argument("[file]", "fleet file; default holdfast.yaml, else that of the lab that runs")
    .option("--file <file>", "the same as an option");
}

export function namedFile(argument: string | undefined, options: { readonly file?: string }): string | undefined {
  if (argument === undefined || options.file === undefined || argument === options.file)
    return argument ?? options.file;
  const message = `two fleet files are named: ${argument}, and with --file ${options.file}`;
  throw new HoldfastError([{ code: "usage", message, hint: "Name one of them." }]);
}
