import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

/**
 * What a command is. A folder `cli/<name>/` whose `index.ts` exports `register`, and a line in commands.ts:
 *
 *   export const register: Register = (command, terminal) => {
 *     command.argument("<file>", "fleet file").addOption(formatOption()).action(async (file: string, options: Options) => {
 *       const { fleet } = await loadFleet(file); // fleet-file.ts: throws a HoldfastError with every problem of the file
 *       terminal.out("..."); // stdout: what was asked for
 *       terminal.err("..."); // stderr: progress
 *       terminal.exitWith(1); // 0 unless said; 2 is for errors and set by the frame
 *     });
 *   };
 *
 * What a command throws is printed in one place (report-error.ts): a HoldfastError with the source line of each problem,
 * anything else as `unexpected`; both end in exit code 2. With `--format json` the problems go to stdout as JSON.
 * Subcommands are `command.command("kill <site>")` inside `register`. Only the invoked command's folder is imported, so
 * one command's dependencies cost the others no start-up time.
 */
export type Register = (command: Command, terminal: Terminal) => void;

export interface CommandEntry {
  /** Its folder has the same name. */
  readonly name: string;
  /** One line for `holdfast help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly register: Register }>;
}
