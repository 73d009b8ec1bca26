import { structuredPatch } from "diff";
import type { Colors } from "picocolors/types";

/** One side of a change: absent where there is no file. */
export interface FileState {
  readonly content: string;
  readonly executable: boolean;
}

/** Past this many changed lines the shortest difference is not worth its time, and the file is shown as replaced. */
const EDITS_MAX = 5_000;
const CONTEXT_LINES = 3;

/** The change as Git writes it, so that `git apply` takes it; empty when there is none. */
export function unifiedDiff(path: string, before: FileState | undefined, after: FileState | undefined): string {
  const modes = modeLines(before, after);
  const hunks = before?.content === after?.content ? [] : hunksOf(before?.content ?? "", after?.content ?? "");
  if (modes.length + hunks.length === 0) return "";
  const sides = [`--- ${before ? `a/${path}` : "/dev/null"}`, `+++ ${after ? `b/${path}` : "/dev/null"}`];
  return [`diff --git a/${path} b/${path}`, ...modes, ...(hunks.length > 0 ? sides : []), ...hunks, ""].join("\n");
}

function modeLines(before: FileState | undefined, after: FileState | undefined): readonly string[] {
  const mode = ({ executable }: FileState): string => (executable ? "100755" : "100644");
  if (before === undefined) return after === undefined ? [] : [`new file mode ${mode(after)}`];
  if (after === undefined) return [`deleted file mode ${mode(before)}`];
  return before.executable === after.executable ? [] : [`old mode ${mode(before)}`, `new mode ${mode(after)}`];
}

function hunksOf(before: string, after: string): readonly string[] {
  const options = { context: CONTEXT_LINES, maxEditLength: EDITS_MAX };
  const found: Pick<ReturnType<typeof structuredPatch>, "hunks"> | undefined = structuredPatch(
    "",
    "",
    before,
    after,
    undefined,
    undefined,
    options,
  );
  return (found?.hunks ?? [replaced(before, after)]).flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...lines,
  ]);
}

/** A range without lines names the line before it: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function replaced(before: string, after: string) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines = [...marked("-", old, before), ...marked("+", now, after)];
  return { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines };
}

function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

function marked(mark: "-" | "+", lines: readonly string[], text: string): readonly string[] {
  const whole = text === "" || text.endsWith("\n");
  return [...lines.map((line) => `${mark}${line}`), ...(whole ? [] : ["\\ No newline at end of file"])];
}

/** As `git diff` colours it. */
export function colourDiff(text: string, { bold, cyan, green, red }: Colors): string {
  return text
    .split("\n")
    .map((line) => {
      if (/^(?:diff --git|old mode|new mode|new file|deleted file|--- |\+\+\+ )/.test(line)) return bold(line);
      if (line.startsWith("@@")) return cyan(line);
      if (line.startsWith("+")) return green(line);
      return line.startsWith("-") ? red(line) : line;
    })
    .join("\n");
}
