import type { SiteName } from "../../core/spec/index.ts";
import type { Terminal } from "../terminal.ts";
import { isUpToDate } from "./output-folder.ts";
import type { Changes } from "./output-folder.ts";
import { colourDiff } from "./unified-diff.ts";

interface Reported {
  readonly out: string;
  readonly check?: boolean;
  readonly format: "text" | "json";
}

const LISTED_MAX = 50;

export function report(changes: Changes, sites: readonly SiteName[], options: Reported, terminal: Terminal): void {
  const { added, changed, removed, unchanged } = changes;
  if (options.format === "json") {
    const result = {
      out: options.out,
      check: options.check === true,
      upToDate: isUpToDate(changes),
      sites,
      ...changes,
    };
    terminal.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const { green, yellow, red } = terminal.outColors;
  const lines = [
    ...added.map((path) => green(`+ ${path}`)),
    ...changed.map((path) => yellow(`~ ${path}`)),
    ...removed.map((path) => red(`- ${path}`)),
  ];
  const listed = lines.slice(0, LISTED_MAX).map((line) => `  ${line}\n`);
  const more = lines.length > LISTED_MAX ? `  and ${lines.length - LISTED_MAX} more\n` : "";
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged`;
  const verb = options.check === true ? (isUpToDate(changes) ? "up to date" : "not up to date") : "rendered";
  terminal.out(`${listed.join("")}${more}${options.out}: ${verb}; ${counts}\n`);
}

/** On a terminal as Git shows it; for programs with the names of the files. */
export function reportDiff(diff: string, changes: Changes, { out, format }: Reported, terminal: Terminal): void {
  if (format === "json") {
    terminal.out(`${JSON.stringify({ out, upToDate: isUpToDate(changes), ...changes, diff }, null, 2)}\n`);
    return;
  }
  terminal.out(colourDiff(diff, terminal.outColors));
}
