import type { PostgresqlStore, SiteName } from "../spec/index.ts";
import type { LeasePolicy } from "./lease.ts";

/** What one site's part in the failover of one store goes by; all times in milliseconds. */
export interface FailoverSettings extends LeasePolicy {
  readonly self: SiteName;
  /** Do commits wait for standbys at all? */
  readonly replicated: boolean;
  readonly failback: PostgresqlStore["failback"];
  readonly soakMs: number;
  readonly renewMs: number;
  /** A lease that has not moved for this long may be taken over. */
  readonly ttlMs: number;
  /** From the beginning of the last renewal: its holder may let its database be writable for so long. */
  readonly holdMs: number;
  /** How long a silent standby may hold commits up. */
  readonly graceMs: number;
  /** How long a database may be unable to write until its site gives the lease up. */
  readonly abdicateMs: number;
  /** How long a server may be unable to run, with nobody in sync, until its site no longer renews the lease. */
  readonly handsOffMs: number;
  /** How long an election waits for candidates that might have more. */
  readonly reportMs: number;
  /** How long a switchover may take until the primary goes on instead. */
  readonly switchoverMs: number;
}

/** A site that waits its turn lets those before it try first, so that two do not elect at the same moment. */
export const TURN_MS = 150;

export function failoverSettings(store: PostgresqlStore, self: SiteName): FailoverSettings {
  const { renewMs, ttlMs, fenceMarginMs } = store.lease;
  return {
    self,
    sites: store.sites,
    replicated: store.durability === "replicated",
    neverAlone: store.durability === "replicated" && store.whenAlone === "block",
    failback: store.failback,
    soakMs: store.soakMs,
    renewMs,
    ttlMs,
    holdMs: ttlMs - fenceMarginMs,
    // Two renewals and a fence margin, before anybody could take over, and within the second that users are promised.
    graceMs: Math.min(2 * renewMs + fenceMarginMs, ttlMs, 1000),
    // A server that was killed is back before that; one that cannot start is not.
    abdicateMs: Math.max(2 * ttlMs, 2000),
    handsOffMs: Math.max(10 * ttlMs, 30_000),
    reportMs: 2 * ttlMs,
    switchoverMs: Math.max(4 * ttlMs, 10_000),
  };
}
