import { elapsedMs } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import type { PostgresqlStore, SiteName } from "../spec/index.ts";

/**
 * Which standbys a primary's commits wait for. The trade is between two promises: an acknowledged write is on two sites,
 * and a site's loss costs users at most a moment. So a standby is waited for once it streams and is close, and is given up
 * only after it has shown no sign of life for the grace, and only where the file says that the primary may go on alone.
 *
 * A sign of life is a replica that streams and either has everything or has flushed more since it was last looked at: a
 * frozen machine keeps its connection, and would otherwise hold every commit until TCP notices.
 */
export interface ProtectionSettings {
  readonly durability: PostgresqlStore["durability"];
  readonly whenAlone: PostgresqlStore["whenAlone"];
  /** The other sites of the store, in order of preference. */
  readonly standbys: readonly SiteName[];
  readonly graceMs: number;
}

/** One row of what the primary says about those that receive from it. */
export interface ReplicaSample {
  readonly name: string;
  readonly state: string;
  readonly flushPosition?: string;
  readonly lagBytes?: number;
}

/** What has to be remembered between two looks: when each standby last showed life, and how far it was. */
export type StandbyWatch = Readonly<Record<string, StandbySeen>>;

interface StandbySeen {
  readonly aliveAt: Instant;
  readonly flushPosition: string | undefined;
}

/** `blocked`: nothing is acknowledged until a standby is back. */
type Durability = "replicated" | "local-only" | "blocked";

export interface Protection {
  readonly watch: StandbyWatch;
  /** What the database is to wait for; empty: for nobody. */
  readonly syncStandbys: readonly SiteName[];
  /** What is true now, which follows what is asked for a moment later. */
  readonly durability: Durability;
  /** Why it is not `replicated` though the file asks for it; else empty. */
  readonly reason: string;
}

/** One segment of WAL: less than a second of catching up on any link worth replicating over. */
const JOIN_LAG_BYTES_MAX = 16 * 1024 * 1024;

/**
 * How long a silent standby may hold commits: two renewals of the lease and a fence margin, well before anybody could
 * have taken over from this primary, and within the second that users are promised.
 */
export function graceFor(lease: PostgresqlStore["lease"]): number {
  return Math.min(2 * lease.renewMs + lease.fenceMarginMs, lease.ttlMs, 1000);
}

/** At the start nobody is given up before the grace has passed, so that a restart of ours does not drop a good standby. */
export function startWatch(standbys: readonly SiteName[], now: Instant): StandbyWatch {
  return Object.fromEntries(standbys.map((site) => [site, { aliveAt: now, flushPosition: undefined }]));
}

/** `waitedFor` is what the database waits for now, as it says itself: after a restart of ours that is all we know. */
export function stepProtection(
  watch: StandbyWatch,
  observed: { readonly waitedFor: readonly string[]; readonly replicas: readonly ReplicaSample[] },
  settings: ProtectionSettings,
  now: Instant,
): Protection {
  if (settings.durability === "local-only")
    return { watch: {}, syncStandbys: [], durability: "local-only", reason: "" };
  const replicaOf = (site: SiteName) => observed.replicas.find((replica) => replica.name === site);
  const seen = settings.standbys.map((site) => {
    const { aliveAt, flushPosition } = look(watch[site], replicaOf(site), now);
    return { site, aliveAt, flushPosition, waitedFor: observed.waitedFor.includes(site) };
  });
  const staying = (each: (typeof seen)[number]) => each.waitedFor && elapsedMs(each.aliveAt, now) < settings.graceMs;
  const joining = (each: (typeof seen)[number]) => each.aliveAt === now && isNear(replicaOf(each.site));
  const chosen = seen.filter((each) => staying(each) || joining(each)).map((each) => each.site);
  const alone = chosen.length === 0;
  return {
    watch: Object.fromEntries(seen.map(({ site, aliveAt, flushPosition }) => [site, { aliveAt, flushPosition }])),
    syncStandbys: alone && settings.whenAlone === "block" ? settings.standbys : chosen,
    ...assess(observed.waitedFor.length > 0, alone, settings),
  };
}

function look(before: StandbySeen | undefined, replica: ReplicaSample | undefined, now: Instant): StandbySeen {
  const flushPosition = replica?.flushPosition;
  const moved = flushPosition !== undefined && flushPosition !== before?.flushPosition;
  const alive = replica?.state === "streaming" && (moved || replica.lagBytes === 0);
  return { aliveAt: alive ? now : (before?.aliveAt ?? now), flushPosition: flushPosition ?? before?.flushPosition };
}

function isNear(replica: ReplicaSample | undefined): boolean {
  return replica?.state === "streaming" && (replica.lagBytes ?? Infinity) <= JOIN_LAG_BYTES_MAX;
}

/** While the database waits for anybody, whatever it acknowledges is on a standby; what differs is whether it can. */
function assess(
  waits: boolean,
  alone: boolean,
  settings: ProtectionSettings,
): Pick<Protection, "durability" | "reason"> {
  const silence = `no standby has shown life for ${settings.graceMs} ms`;
  if (waits && alone && settings.whenAlone === "block") {
    return { durability: "blocked", reason: `${silence}: commits wait until one is back` };
  }
  if (waits) return { durability: "replicated", reason: alone ? `${silence}: going on alone` : "" };
  return {
    durability: "local-only",
    reason: alone ? "no standby streams: commits are on this site only" : "a standby is joining",
  };
}
