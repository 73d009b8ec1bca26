/** A cell of one or more lines; `paint` comes after padding, so that colours do not count as width. */
export interface Cell {
  readonly lines: readonly string[];
  readonly paint?: (text: string) => string;
  readonly align?: "left" | "right";
}

export function cell(text: string, paint?: (text: string) => string, align: Cell["align"] = "left"): Cell {
  return { lines: [text], align, ...(paint === undefined ? {} : { paint }) };
}

const BETWEEN = "   ";

/** Rows of cells under each other, indented by two. */
export function textTable(rows: readonly (readonly Cell[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.flatMap((row) => row[column]?.lines.map(widthOf) ?? [])),
  );
  const lines = rows.flatMap((row) => {
    const height = Math.max(1, ...row.map(({ lines: cellLines }) => cellLines.length));
    return Array.from({ length: height }, (_, line) => {
      const texts = row.map(({ lines: cellLines, paint = (text) => text, align }, column) => {
        const text = cellLines[line] ?? "";
        const padding = " ".repeat((widths[column] ?? 0) - widthOf(text));
        return text === "" ? padding : align === "right" ? padding + paint(text) : paint(text) + padding;
      });
      return `  ${texts.join(BETWEEN)}`.trimEnd();
    });
  });
  return lines.map((line) => `${line}\n`).join("");
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
