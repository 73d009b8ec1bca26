/**
 * What a controller says of itself: GET /v1/status, and the `status.json` of the ConfigMap `holdfast-status` in the
 * namespace holdfast-system, so that it can also be read with nothing but kubectl. Times are ISO 8601.
 */
export interface SiteStatus {
  readonly site: string;
  readonly role: "site" | "witness";
  /** This observer's own verdict on every site, by name. */
  readonly verdicts: Readonly<Record<string, SiteVerdict>>;
  /** What DNS answers for each name now. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  readonly stores: readonly StoreStatus[];
}

export interface SiteVerdict {
  readonly state: "up" | "down" | "unknown";
  /** Why, in words: the last probe's outcome that counted. */
  readonly reason: string;
  readonly since: string;
}

export interface StoreStatus {
  readonly name: string;
  /** By the register, as this site knows it; absent until it was read. Who may write is `primary` while `phase` is serving. */
  readonly primary?: string;
  readonly term?: number;
  readonly phase?: "serving" | "electing";
  /** Of this site's own database; `unreachable` when its agent does not answer. */
  readonly role: "primary" | "standby" | "fenced" | "starting" | "cloning" | "stopped" | "unreachable";
  /** Said by the primary's site: who holds an acknowledged commit. `blocked`: none is acknowledged until a standby has everything. */
  readonly durability?: "replicated" | "local-only" | "blocked";
  /** Said by the primary's site: milliseconds for which its database may still be writable without a renewal. */
  readonly leaseMs?: number;
  /** The sites that have every acknowledged commit, besides the primary: each could take over. */
  readonly syncStandbys: readonly string[];
  /** Bytes of WAL, by standby; said by the primary's site. */
  readonly lag: Readonly<Record<string, number>>;
  /** A standby: is it streaming now? */
  readonly streaming?: boolean;
  /** Of this site's database, as far as it is known. */
  readonly position?: string;
  /** How the primary became primary, and when. */
  readonly change?: {
    readonly kind: "begun" | "failover" | "switchover" | "forced";
    readonly from?: string;
    readonly reason: string;
    readonly at: string;
    readonly request?: string;
  };
  /** When the primary last changed; absent until the register was read. */
  readonly since?: string;
  /** Said by the primary's site while commits are on that site only. */
  readonly aloneSince?: string;
  /** A switchover that was asked for and has not ended. */
  readonly switchover?: { readonly to: string; readonly reason: string };
  /** Why things are not as they should be; empty when they are. */
  readonly reason: string;
}

/** Where the status is kept. */
export const statusConfigMap = { namespace: "holdfast-system", name: "holdfast-status" } as const;
export const statusKey = "status.json";
