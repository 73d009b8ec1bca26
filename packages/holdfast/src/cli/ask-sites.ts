import type { SiteStatus } from "../api-contract/index.ts";
import { HoldfastError } from "../base/index.ts";
import { readKeptStatus } from "../controller/index.ts";
import type { Cluster } from "../ports/index.ts";
import type { Place } from "./site-clusters.ts";

/** What a site says of itself, or why it says nothing. */
export interface SiteAnswer {
  readonly place: Place;
  readonly status?: SiteStatus;
  readonly trouble?: string;
}

/** A site that is slower does not hold up the others. */
export const ANSWER_MS = 2000;

/** All at the same time. */
export function askSites(places: readonly Place[]): Promise<readonly SiteAnswer[]> {
  return Promise.all(places.map(askSite));
}

export async function askSite(place: Place): Promise<SiteAnswer> {
  try {
    const status = await withCluster(place, readKeptStatus);
    return status ? { place, status } : { place, trouble: "its controller has not written a status yet" };
  } catch (error) {
    return { place, trouble: troubleOf(error) };
  }
}

/** Asks one cluster something; rejects when there is no answer in time. */
export async function withCluster<T>(
  place: Place,
  ask: (cluster: Cluster, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  return ask(await place.connect(), signal);
}

export function troubleOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${ANSWER_MS / 1000} s`;
  return error instanceof Error ? error.message : String(error);
}

export function unreachable(answers: readonly SiteAnswer[]): HoldfastError {
  const reasons = answers.map(({ place, trouble = "it answers" }) => `${place.name}: ${trouble}`);
  return new HoldfastError([{ code: "sites-unreachable", message: `nobody could be asked (${reasons.join("; ")})` }]);
}
