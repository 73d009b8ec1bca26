import { join } from "node:path";
import type { Problem } from "../../base/index.ts";
import { diagnosticJson, diagnosticOf } from "../diagnostic.ts";
import type { Terminal } from "../terminal.ts";
import type { Changes } from "./output-folder.ts";
import { RECORD } from "./output-record.ts";

const LISTED_MAX = 50;

/**
 * What somebody wrote by hand may be the repair of last night, and is nowhere else: it is not written over, nor taken away, without a word.
 * True when there is such a file; all of them have then been printed.
 */
export function refuseOverwriting(
  folder: string,
  changes: Changes,
  { format }: { readonly format: "text" | "json" },
  terminal: Terminal,
): boolean {
  const problems = inTheWay(folder, changes);
  if (problems.length === 0) return false;
  terminal.exitWith(1);
  if (format === "json") {
    terminal.out(
      `${JSON.stringify({ problems: problems.map((one) => diagnosticJson(diagnosticOf(one))) }, null, 2)}\n`,
    );
    return true;
  }
  const { errColors: colors } = terminal;
  const lines = problems
    .slice(0, LISTED_MAX)
    .map(({ code, message }) => `${colors.red(colors.bold(`error[${code}]`))}${colors.bold(`: ${message}`)}\n`);
  const more = problems.length > LISTED_MAX ? `and ${problems.length - LISTED_MAX} more\n` : "";
  const count = problems.length === 1 ? "1 file" : `${problems.length} files`;
  terminal.err(`${lines.join("")}${more}\n`);
  terminal.err(`${colors.red("✗")} nothing was rendered: ${count} would be lost\n`);
  terminal.err(`  ${colors.bold("help:")} ${HOW}\n`);
  return true;
}

const HOW = "See what differs with --diff <dir>. Bring it into the fleet file, or give it up with --force.";

function inTheWay(folder: string, { changed, edited, unrecorded }: Changes): Problem[] {
  const unknown = new Set(unrecorded);
  return [
    ...edited.map((path) =>
      problem("output-file-edited", join(folder, path), "was edited by hand since it was rendered"),
    ),
    ...changed
      .filter((path) => unknown.has(path))
      .map((path) =>
        problem(
          "output-file-foreign",
          join(folder, path),
          `is in the way, and ${RECORD} does not say that holdfast wrote it`,
        ),
      ),
  ];
}

function problem(code: "output-file-edited" | "output-file-foreign", file: string, what: string): Problem {
  return { code, message: `${file} ${what}`, hint: HOW };
}
