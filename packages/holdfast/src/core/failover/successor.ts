import { elapsedMs } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import { momentOf } from "./lease.ts";
import type { Lease } from "./lease.ts";
import type { DatabaseSight } from "./primary.ts";
import { TURN_MS } from "./settings.ts";
import type { FailoverSettings } from "./settings.ts";
import type { Transition } from "./transitions.ts";

/** Since when, on this site's own clock, the lease has been seen not to move, and since when it has been electing. */
export interface LeaseWatch {
  readonly moment: string;
  readonly stillSince: Instant;
  readonly electing?: { readonly term: number; readonly since: Instant };
}

/** `lease`: the newest that was seen, decided or not. `seenAt`: when it was heard, or began to be asked for. */
export function watchLease(before: LeaseWatch | undefined, lease: Lease, seenAt: Instant): LeaseWatch {
  const moment = momentOf(lease);
  const { term, phase } = lease;
  const same = before?.electing?.term === term ? before.electing : { term, since: seenAt };
  return {
    moment,
    stillSince: before?.moment === moment ? before.stillSince : seenAt,
    ...(phase === "electing" && { electing: same }),
  };
}

/** What a site that is not primary does next to the register; nothing, most of the time. */
export function nextAsSuccessor(
  watch: LeaseWatch,
  lease: Lease,
  database: DatabaseSight | undefined,
  settings: FailoverSettings,
  at: string,
  now: Instant,
): Transition | undefined {
  const { self, reportMs } = settings;
  const isCandidate = candidatesOf(lease).includes(self);
  if (!isCandidate) return undefined;
  if (lease.phase === "electing" && isFencedAt(database, lease.term)) {
    const waited = watch.electing ? elapsedMs(watch.electing.since, now) : 0;
    const { position } = database;
    const conclude = waited >= reportMs;
    const reported = lease.election?.reports[self] === position;
    if (!reported || conclude) return { kind: "report", by: self, term: lease.term, position, conclude, at };
  }
  if (elapsedMs(watch.stillSince, now) < patienceMs(lease, settings)) return undefined;
  // A site that could not win has no business in taking the lease from anybody.
  if (database?.role !== "standby" && database?.role !== "fenced") return undefined;
  const reason =
    lease.phase === "serving"
      ? `${lease.primary} has not renewed its lease for ${settings.ttlMs} ms`
      : `the election of term ${lease.term} came to nothing`;
  return { kind: "elect", by: self, moment: watch.moment, reason };
}

/** How long a lease must have been still until this site may take it. */
export function patienceMs(lease: Lease, { self, ttlMs, reportMs }: FailoverSettings): number {
  const turn = Math.max(0, candidatesOf(lease).indexOf(self)) * TURN_MS;
  return (lease.phase === "serving" ? ttlMs : reportMs + ttlMs) + turn;
}

/** Who takes over by itself, without loss. */
export function candidatesOf({ phase, election, syncStandbys }: Lease): readonly string[] {
  return phase === "electing" ? (election?.candidates ?? []) : syncStandbys;
}

/** It receives nothing more from an older term, and knows how far it is. */
function isFencedAt(
  database: DatabaseSight | undefined,
  term: number,
): database is DatabaseSight & { readonly position: string } {
  return database?.role === "fenced" && database.term === term && database.position !== undefined;
}
