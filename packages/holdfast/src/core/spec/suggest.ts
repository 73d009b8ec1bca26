import { closest, distance } from "fastest-levenshtein";

/** `Did you mean "x"?` where one of the known words is near enough to be a slip of the finger. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = word.toLowerCase();
  const match = known.find((name) => name.toLowerCase() === lower) ?? closest(lower, known);
  const near = distance(lower, match.toLowerCase()) <= Math.max(1, Math.floor(word.length / 3));
  return near ? `Did you mean "${match}"?` : undefined;
}

/** As `didYouMean`; where no word is near, the known ones: `Sites: seattle, portland.` */
export function suggest(word: string, known: readonly string[], what: string): string | undefined {
  if (known.length === 0) return undefined;
  const shown = known.slice(0, 12).join(", ");
  return didYouMean(word, known) ?? `${what}: ${shown}${known.length > 12 ? ", ..." : ""}.`;
}
