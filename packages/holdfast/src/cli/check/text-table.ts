import { widthOf, wrapLine } from "../wrap.ts";

/** A cell of one or more lines; `paint` comes after padding, so that colours do not count as width. */
export interface Cell {
  readonly lines: readonly string[];
  readonly paint?: (text: string) => string;
  readonly align?: "left" | "right";
}

export function cell(text: string, paint?: (text: string) => string, align: Cell["align"] = "left"): Cell {
  return { lines: [text], align, ...(paint === undefined ? {} : { paint }) };
}

const NO_BREAK = "\u00a0";

/** A figure stays on one line with its unit. */
export function unbroken(text: string): string {
  return text.replaceAll(" ", NO_BREAK);
}

type Row = readonly Cell[];

const BETWEEN = "   ";
const INDENT = "  ";

/**
 * Rows of cells under each other, indented by two; the first is the head. Where that is wider than `columns`, cells are broken into more
 * lines, and where words are too long for it, each row becomes a paragraph.
 */
export function textTable(rows: readonly Row[], columns: number): string {
  const natural = widthsOf(rows, (lines) => Math.max(0, ...lines.map(widthOf)));
  const room = columns - INDENT.length - BETWEEN.length * (natural.length - 1);
  const least = widthsOf(rows, (lines) => Math.max(0, ...lines.flatMap(narrowest)));
  const widths = shrink(natural, least, room);
  return (widths ? aligned(rows, widths) : paragraphs(rows, columns)).replaceAll(NO_BREAK, " ");
}

function widthsOf(rows: readonly Row[], widthOfCell: (lines: readonly string[]) => number): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOfCell(row[column]?.lines ?? []))),
  );
}

/** The line's words, each with the indent that it would stand behind. */
function narrowest(line: string): number[] {
  const indent = hangingIndent(line).length;
  return line.split(" ").map((word) => indent + widthOf(word));
}

function hangingIndent(line: string): string {
  return line.startsWith(" ") ? `${/^ */.exec(line)?.[0] ?? ""}  ` : "";
}

/** Takes from the widest column that can give; undefined where all together cannot give enough. */
function shrink(natural: readonly number[], least: readonly number[], room: number): number[] | undefined {
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const giving = widths.map((width, column) => (width > (least[column] ?? 0) ? width : 0));
    const widest = Math.max(0, ...giving);
    if (widest === 0) return undefined;
    widths[giving.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function aligned(rows: readonly Row[], widths: readonly number[]): string {
  const lines = rows.flatMap((row) => {
    const broken = row.map(({ lines: cellLines }, column) =>
      cellLines.flatMap((line) => wrapLine(line, widths[column] ?? 0, hangingIndent(line))),
    );
    const height = Math.max(1, ...broken.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => {
      const texts = row.map(({ paint = (text) => text, align }, column) => {
        const text = broken[column]?.[line] ?? "";
        const padding = " ".repeat((widths[column] ?? 0) - widthOf(text));
        return text === "" ? padding : align === "right" ? padding + paint(text) : paint(text) + padding;
      });
      return `${INDENT}${texts.join(BETWEEN)}`.trimEnd();
    });
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** The first cell as a heading, and under it each other one after its column's name; one without a name goes on after the one before. */
function paragraphs([head = [], ...rows]: readonly Row[], columns: number): string {
  const lines = rows.flatMap(([first, ...rest]) => {
    const parts: string[] = [];
    for (const [index, { lines: cellLines, paint = (text: string) => text }] of rest.entries()) {
      if (cellLines.every((line) => line === "")) continue;
      const name = head[index + 1]?.lines.join(" ") ?? "";
      const texts = cellLines.map((line) => paint(line.trim()));
      if (name === "" && parts.length > 0) parts.push(`${parts.pop() ?? ""}  ${texts.join(", ")}`);
      else parts.push(...[`${name}: ${texts[0] ?? ""}`, ...texts.slice(1).map((text) => `  ${text}`)]);
    }
    const title = first?.lines.map((line) => first.paint?.(line) ?? line).join(" ") ?? "";
    return [title, ...parts.map((part) => `  ${part}`)].map((line) => `${INDENT}${line}`);
  });
  return lines
    .flatMap((line) => wrapLine(line, columns, "        "))
    .map((line) => `${line}\n`)
    .join("");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
