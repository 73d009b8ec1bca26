/** The number of a proposal: totally ordered, and no two proposers ever use the same one. */
export interface Ballot {
  readonly n: number;
  /** The proposer: of two with the same number the greater name wins. */
  readonly by: string;
}

/** Below every ballot that anybody proposes. */
export const noBallot: Ballot = { n: 0, by: "" };

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.n !== b.n) return a.n - b.n;
  return a.by === b.by ? 0 : a.by < b.by ? -1 : 1;
}
