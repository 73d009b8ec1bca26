import { REPLIES_MISSED_MS } from "../data-protection/index.ts";
import { failoverSettings } from "../failover/index.ts";
import type { Fleet, MongodbStore, PostgresqlStore, Store } from "../spec/index.ts";
import { quantityBytes } from "../spec/index.ts";
import type { FaultComponent, RecoveryTerm } from "./fault-analysis.ts";
import { longestGapMs } from "./longest-gap.ts";
import { defaultWriteConcern } from "./write-concern.ts";

/** The spans of time that a recovery is made of, each with where it comes from. All pure sums: nothing here is measured now. */

const LAB = "measured in the lab, docs/failover.md";

/** As the last figure of docs/failover.md says: where the time goes once the lease has run out. */
const MEASURED = { fenceAndElectMs: 180, promoteMs: 160, reconnectMs: 400 } as const;

/** MongoDB's manual: with the default timeout of 10 s a new primary is elected within 12 s, in the median. */
const MONGODB_ELECTION_MS = 2_000;

/** What we suppose of people and of restoring; nobody has measured it here. */
const ASSUMED = { decideMs: 15 * 60_000, startMs: 5 * 60_000, restoreBytesPerSecond: 100e6, lagMs: 1_000 } as const;

/** Until users of a site that is lost are sent to another: the longest it can take, as both providers count alike. */
export function steeringTerms({ traffic }: Fleet): readonly RecoveryTerm[] {
  const { probe, provider } = traffic;
  const who = provider === "azure-traffic-manager" ? "Traffic Manager" : "probes";
  return [
    {
      name: `${who} find the site down`.replace("Manager find", "Manager finds"),
      ms: probe.fall * probe.intervalMs + probe.timeoutMs,
      from: "traffic.probe: fall × interval + timeout",
    },
    resolversForget(traffic),
  ];
}

function resolversForget({ ttlSeconds }: Fleet["traffic"]): RecoveryTerm {
  return { name: "resolvers forget the old answer", ms: ttlSeconds * 1_000, from: "traffic.ttl" };
}

/** Until another site's server is primary and the application has found it. */
export function siteTakeoverTerms(fleet: Fleet, store: Store, at: string): readonly RecoveryTerm[] {
  return store.engine === "postgresql"
    ? [{ name: "the lease runs out", ms: store.lease.ttlMs, from: `${at}.lease.ttl` }, ...electionTerms(fleet)]
    : mongodbElection(store, at);
}

/** The site lives, and its controller sees that its server cannot write. */
export function serverTakeoverTerms(fleet: Fleet, store: Store, at: string): readonly RecoveryTerm[] {
  if (store.engine === "mongodb") return mongodbElection(store, at);
  const { abdicateMs } = settingsOf(store);
  return [
    { name: "the primary's site gives up", ms: abdicateMs, from: `${at}.lease.ttl: twice that, 2 s at least` },
    ...electionTerms(fleet),
  ];
}

function electionTerms({ links }: Fleet): readonly RecoveryTerm[] {
  const latencyMs = Math.max(0, ...links.map((link) => link.latencyMs ?? 0));
  return [
    // To ask and to be answered, twice.
    { name: "two rounds of the register", ms: 4 * latencyMs, from: "links: 4 × the longest latency" },
    { name: "the standby is fenced and elected", ms: MEASURED.fenceAndElectMs, from: LAB },
    { name: "it is promoted", ms: MEASURED.promoteMs, from: LAB },
    { name: "the application connects anew", ms: MEASURED.reconnectMs, from: LAB },
  ];
}

function mongodbElection({ electionTimeoutMs }: MongodbStore, at: string): readonly RecoveryTerm[] {
  return [
    { name: "members miss the primary", ms: electionTimeoutMs, from: `${at}.electionTimeout` },
    { name: "they elect another", ms: MONGODB_ELECTION_MS, from: "published: MongoDB's manual, median" },
    { name: "the application connects anew", ms: MEASURED.reconnectMs, from: LAB },
  ];
}

/** A standby that is silent holds commits up until the primary goes on without it. */
export function heldUpTerms(store: Store, at: string): readonly RecoveryTerm[] {
  if (store.engine === "mongodb" || store.durability === "local-only" || store.sites.length < 2) return [];
  const { graceMs } = settingsOf(store);
  return [{ name: "commits wait for the silent standby", ms: graceMs, from: `${at}.lease: 2 × renew + fenceMargin` }];
}

/** A primary is there, and too few of the members that it waits for: who has no vote is not waited for (rs.reconfig). */
export function votesTakenTerms(): readonly RecoveryTerm[] {
  return [
    {
      name: "an operator takes the lost members' votes away",
      ms: ASSUMED.decideMs,
      from: "assumed: 15 minutes to notice, decide and do it",
    },
  ];
}

/** Until users are sent from a site whose data is out of step to the primary's; undefined where only probes tell. */
export function outOfStepTerms({ traffic }: Fleet, store: Store, at: string): readonly RecoveryTerm[] | undefined {
  if (store.engine !== "postgresql" || store.durability !== "replicated" || traffic.provider !== "holdfast-dns")
    return undefined;
  const { graceMs } = settingsOf(store);
  return [
    { name: "the standby behind it no longer replies", ms: REPLIES_MISSED_MS, from: "twice the second of its replies" },
    { name: "the primary goes on without it", ms: graceMs, from: `${at}.lease: 2 × renew + fenceMargin` },
    resolversForget(traffic),
  ];
}

export function repairTerms({ label, figures }: FaultComponent): readonly RecoveryTerm[] {
  return [{ name: `${label} is repaired`, ms: figures.mttrMs, from: figures.source }];
}

export function restoreTerms({ storage }: Store, at: string): readonly RecoveryTerm[] {
  const ms = Math.round((quantityBytes(storage.size) / ASSUMED.restoreBytesPerSecond) * 1_000);
  return [
    { name: "somebody decides", ms: ASSUMED.decideMs, from: "assumed: 15 minutes" },
    { name: "the backup is read back", ms, from: `${at}.storage.size, assumed: full, 100 MB a second` },
    { name: "the application starts", ms: ASSUMED.startMs, from: "assumed: 5 minutes" },
  ];
}

/** Undefined: the store has no backup. */
export function backupAgeTerms({ backups }: Fleet, { name }: Store): readonly RecoveryTerm[] | undefined {
  const gaps = backups.flatMap((backup, index) => {
    const ms = backup.store === name ? longestGapMs(backup.schedule) : undefined;
    return ms === undefined ? [] : [{ name: "since the last backup", ms, from: `backups[${index}].schedule` }];
  });
  const shortest = gaps.toSorted((a, b) => a.ms - b.ms)[0];
  return shortest && [shortest];
}

/** Acknowledged writes that another primary may not have. */
export function lossTerms(store: Store, at: string): readonly RecoveryTerm[] {
  if (store.engine === "postgresql") {
    return store.durability === "replicated"
      ? [{ name: "a standby has every acknowledged write", ms: 0, from: `${at}.durability` }]
      : [lag("standbys follow behind", `${at}.durability`)];
  }
  return defaultWriteConcern(store) === "majority"
    ? [{ name: "writes wait for a majority of members", ms: 0, from: "MongoDB's default for these members" }]
    : [lag("writes that do not ask for w: majority wait for the primary alone", "MongoDB's default for these members")];
}

function lag(name: string, from: string): RecoveryTerm {
  return { name, ms: ASSUMED.lagMs, from: `${from}, assumed: 1 s behind` };
}

function settingsOf(store: PostgresqlStore) {
  const [self] = store.sites as readonly [PostgresqlStore["sites"][number]];
  return failoverSettings(store, self);
}
