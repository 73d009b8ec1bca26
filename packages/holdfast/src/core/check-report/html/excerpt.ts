import type { SourcePosition } from "../../../base/index.ts";
import { maskSecrets } from "../../spec/index.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";

const CONTEXT = 1;
const WIDEST_LINE = 180;
/** Enough to recognise a secret that begins in what is shown. */
const LONGEST_LOOKED_AT = 4_000;

/** The line that is meant, and those around it; without secrets and without endless lines. */
export function excerpt(lines: readonly string[], at: SourcePosition, context = CONTEXT): Markup | undefined {
  if (lines[at.line - 1] === undefined) return undefined;
  const first = Math.max(1, at.line - context);
  const shown = lines.slice(first - 1, at.line + context);
  return markup`<pre class="source"><code>${shown.map((line, index) => sourceLine(line, first + index, at))}</code></pre>`;
}

function sourceLine(line: string, number: number, at: SourcePosition): Markup {
  const masked = maskSecrets(line.slice(0, LONGEST_LOOKED_AT));
  const text = masked.slice(0, WIDEST_LINE);
  const more = masked.length > WIDEST_LINE ? "…" : "";
  if (number !== at.line) return markup`<span class="line"><i>${number}</i>${text}${more}\n</span>`;
  const [start, end] = [at.column - 1, at.column - 1 + (at.length ?? 1)];
  // Where a secret was masked, columns are others: then the whole line is meant.
  const marked = line.startsWith(masked)
    ? markup`${text.slice(0, start)}<mark>${text.slice(start, end)}</mark>${text.slice(end)}`
    : markup`<mark>${text}</mark>`;
  return markup`<span class="line here"><i>${number}</i>${marked}${more}\n</span>`;
}
