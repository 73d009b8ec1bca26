import { closest, distance } from "fastest-levenshtein";

/** "Did you mean" where one of the known words is near enough to be a slip of the finger, else the known words. */
export function suggest(word: string, known: readonly string[], what = "Known here"): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word.toLowerCase(), known);
  const match = known.find((name) => name.toLowerCase() === word.toLowerCase()) ?? best;
  if (distance(word.toLowerCase(), match.toLowerCase()) <= Math.max(1, Math.floor(word.length / 3))) {
    return `Did you mean "${match}"?`;
  }
  const shown = known.slice(0, 12);
  return `${what}: ${shown.join(", ")}${known.length > shown.length ? ", ..." : ""}.`;
}
