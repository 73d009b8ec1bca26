const ESCAPES = /\u001b\[[0-9;]*m/g;

/** How many columns the text takes: what colours it takes none. */
export function widthOf(text: string): number {
  return Array.from(text.replace(ESCAPES, "")).length;
}

/** Breaks a line between words where it is wider than `columns`; the lines that follow begin with `indent`. No word is broken. */
export function wrapLine(line: string, columns: number, indent: string): string[] {
  if (widthOf(line) <= columns) return [line];
  const lead = /^ */.exec(line)?.[0] ?? "";
  const rows: string[] = [];
  let row = "";
  let width = 0;
  for (const word of line.slice(lead.length).split(" ")) {
    const needed = widthOf(word);
    if (row === "" || width + 1 + needed > columns) {
      if (row !== "") rows.push(row.trimEnd());
      row = `${rows.length === 0 && row === "" ? lead : indent}${word}`;
      width = widthOf(row);
    } else {
      row += ` ${word}`;
      width += 1 + needed;
    }
  }
  return [...rows, row];
}
