import type { StoreStatus } from "./site-status.ts";

/** What one site says of a store. */
export interface StoreReport {
  readonly site: string;
  readonly store: StoreStatus;
}

/**
 * Of what several sites say of one store, the word that counts: that of the highest term, for a site that was away still says what it knew. Within
 * a term an election comes before its outcome, and the primary's own site says the most.
 */
export function newestReport(reports: readonly StoreReport[]): StoreReport | undefined {
  return [...reports].sort((a, b) => compare(rank(b), rank(a)))[0];
}

function rank({ site, store: { term = 0, phase, primary } }: StoreReport): readonly number[] {
  return [term, phase === "serving" ? 1 : 0, primary === site ? 1 : 0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
