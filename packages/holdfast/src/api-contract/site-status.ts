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
  /** Absent until the register was read. */
  readonly primary?: string;
  readonly term?: number;
  /** Of this site's own database; `unreachable` when its agent does not answer. */
  readonly role: "primary" | "standby" | "fenced" | "starting" | "cloning" | "stopped" | "unreachable";
  /** Said by the primary's site: who holds an acknowledged commit. `blocked`: none is acknowledged until a standby returns. */
  readonly durability?: "replicated" | "local-only" | "blocked";
  /** What a commit waits for. */
  readonly syncStandbys: readonly string[];
  /** Bytes of WAL, by standby; said by the primary's site. */
  readonly lag: Readonly<Record<string, number>>;
  /** A standby: is it streaming now? */
  readonly streaming?: boolean;
  /** When role, primary or durability last changed. */
  readonly since: string;
  /** Why things are not as they should be; empty when they are. */
  readonly reason: string;
}

/** Where the status is kept. */
export const statusConfigMap = { namespace: "holdfast-system", name: "holdfast-status" } as const;
export const statusKey = "status.json";
