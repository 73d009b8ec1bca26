import type { SiteName } from "../spec/index.ts";
import { firstLease } from "./lease.ts";
import type { Lease, LeasePolicy } from "./lease.ts";
import { forceElection } from "./transitions.ts";

export interface RebuildOrder {
  readonly to: SiteName;
  readonly request: string;
  /** In the operator's words; recorded with the change. */
  readonly reason: string;
  /** ISO 8601, by the operator's calendar. */
  readonly at: string;
  /** Of the databases that answer: the new term is above all of them, or they would refuse its orders. */
  readonly terms: readonly number[];
}

/**
 * The lease with which a register begins anew, whose voters lost it. `newest`: the newest value that any of them still shows; what was
 * decided after it is not known, so nothing is promised but this: only `to` can win, and it fences first.
 */
export function rebuiltLease(newest: Lease | undefined, order: RebuildOrder, policy: LeasePolicy): Lease {
  const { to, request, reason, at, terms } = order;
  // There was data, or there would be nothing to rebuild: an empty disk is a lost disk.
  const base = { ...(newest ?? firstLease(policy, at)), established: true };
  return forceElection({ ...base, term: Math.max(base.term, ...terms) }, { by: to, request, reason });
}
