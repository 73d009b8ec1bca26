import type { Colors } from "picocolors/types";
import type { SiteName } from "../../core/spec/index.ts";
import type { Terminal } from "../terminal.ts";
import { isUpToDate } from "./output-folder.ts";
import type { Changes } from "./output-folder.ts";
import { RECORD } from "./output-record.ts";
import { colourDiff } from "./unified-diff.ts";

interface Reported {
  readonly out: string;
  readonly check?: boolean;
  readonly format: "text" | "json";
}

const LISTED_MAX = 50;

export function report(changes: Changes, sites: readonly SiteName[], options: Reported, terminal: Terminal): void {
  const { added, changed, removed, unchanged } = changes;
  const check = options.check === true;
  if (options.format === "json") {
    const result = {
      out: options.out,
      check,
      upToDate: isUpToDate(changes),
      sites,
      ...changes,
    };
    terminal.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const { green, yellow, red } = terminal.outColors;
  const edited = new Set(changes.edited);
  const byHand = (path: string): string => (edited.has(path) ? `${path} (edited by hand)` : path);
  const lines = limited([
    ...added.map((path) => green(`+ ${path}`)),
    ...changed.map((path) => yellow(`~ ${byHand(path)}`)),
    ...removed.map((path) => red(`- ${byHand(path)}`)),
    ...(check ? oddities(changes, terminal.outColors) : []),
  ]);
  const foreign = changes.foreign.length === 0 ? "" : `, ${changes.foreign.length} not of holdfast`;
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged${foreign}`;
  const verb = check ? (isUpToDate(changes) ? "up to date" : "not up to date") : "rendered";
  terminal.out(`${lines}${options.out}: ${verb}; ${counts}\n`);
  if (!check) warnOfForeign(changes, terminal);
}

/** On a terminal as Git shows it; for programs with the names of the files. What no patch can say goes beside it. */
export function reportDiff(diff: string, changes: Changes, { out, format }: Reported, terminal: Terminal): void {
  if (format === "json") {
    terminal.out(`${JSON.stringify({ out, upToDate: isUpToDate(changes), ...changes, diff }, null, 2)}\n`);
    return;
  }
  terminal.out(colourDiff(diff, terminal.outColors));
  terminal.err(limited(oddities(changes, terminal.errColors)));
}

/** Why a folder is not what the file says although rendering would change none of these files. */
function oddities({ foreign, unrecorded }: Changes, { yellow, red }: Colors): string[] {
  const count = unrecorded.length === 1 ? "1 file here" : `${unrecorded.length} files here`;
  return [
    ...(unrecorded.length === 0 ? [] : [yellow(`~ ${RECORD} (it is missing, or does not name ${count})`)]),
    ...foreign.map((path) => red(`? ${path} (holdfast did not write it)`)),
  ];
}

/** It stays: it may be somebody's work. But a pipeline would deploy it, so `--check` and `--diff` refuse it. */
function warnOfForeign({ foreign }: Changes, terminal: Terminal): void {
  if (foreign.length === 0) return;
  const { yellow, bold } = terminal.errColors;
  const count = foreign.length === 1 ? "1 file that" : `${foreign.length} files that`;
  terminal.err(`${yellow(bold("warning:"))} the folders that are applied hold ${count} holdfast did not write:\n`);
  terminal.err(limited(foreign.map((path) => yellow(`? ${path}`))));
  terminal.err("  Move them elsewhere: --check and --diff refuse them.\n");
}

function limited(lines: readonly string[]): string {
  const listed = lines.slice(0, LISTED_MAX).map((line) => `  ${line}\n`);
  return `${listed.join("")}${lines.length > LISTED_MAX ? `  and ${lines.length - LISTED_MAX} more\n` : ""}`;
}
