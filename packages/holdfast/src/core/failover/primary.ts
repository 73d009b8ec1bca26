import { elapsedMs } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import { isNear, isSilent, lookAtStandbys } from "../data-protection/index.ts";
import type { ReplicaSample, StandbyWatch } from "../data-protection/index.ts";
import type { SiteName } from "../spec/index.ts";
import { waitedForBy } from "./lease.ts";
import type { Lease } from "./lease.ts";
import { isSteppingDown } from "./order.ts";
import { comparePositions } from "./position.ts";
import type { FailoverSettings } from "./settings.ts";
import { canSwitchOver } from "./transitions.ts";
import type { Transition } from "./transitions.ts";

/** What a site's agent says of its database, as far as decisions rest on it. */
export interface DatabaseSight {
  readonly role: "primary" | "standby" | "fenced" | "starting" | "cloning" | "stopped";
  readonly term: number;
  readonly revision: number;
  /** Of the order that is carried out in full. */
  readonly settledRevision: number;
  readonly position?: string;
  /** In effect now. */
  readonly syncStandbys: readonly string[];
  readonly replicas: readonly ReplicaSample[];
  readonly freeBytes?: number;
  /** The agent's own, as it answered: the same answer looked at twice is not a second look. */
  readonly clock: { readonly id: string; readonly nowMs: number };
}

/** What the primary's site remembers between two looks. */
export interface PrimaryMemory {
  readonly watch: StandbyWatch;
  /** Standbys that are joining: what has been seen of it. */
  readonly joining: Readonly<Record<string, Joining>>;
  /** Since when the database has not been able to write. */
  readonly unableSince?: Instant;
  readonly steppingDownSince?: Instant;
  /** Since when a site that comes before this one has had everything. */
  readonly soundSince: Readonly<Record<string, Instant>>;
}

interface Joining {
  /** Of the lease: when it is dropped and joins again, nothing seen before counts. */
  readonly revision: number;
  /** When, on its agent's clock, the database was first seen to have the order to wait for it. */
  readonly since: DatabaseSight["clock"];
  /** The end of the log at a moment at which every commit waited for it already. */
  readonly position?: string;
}

/**
 * A server takes a new list in a moment, but not at once in all of its processes (checkpointer, WAL senders): only what it has
 * written this long after it was seen to have the list is taken as the mark that a joining standby must reach. An agent's answer may
 * rest on a look that is 100 ms old.
 */
const SETTLE_MS = 250;
/** With less than this the next segment of WAL (16 MiB) may not fit, and a server that cannot write it ends. */
const FREE_BYTES_MIN = 48 * 1024 * 1024;

export function startAsPrimary(sites: readonly SiteName[], now: Instant): PrimaryMemory {
  return { watch: lookAtStandbys({}, sites, [], now), joining: {}, soundSince: {} };
}

/** Takes in a look at the primary's database; `database` absent: the agent does not answer. */
export function lookAtPrimary(
  memory: PrimaryMemory,
  lease: Lease,
  database: DatabaseSight | undefined,
  { self, sites }: FailoverSettings,
  now: Instant,
): PrimaryMemory {
  const writes = database?.role === "primary";
  // Also one that is waited for and no longer in the file: else nobody would ever stop waiting for it.
  const others = [...new Set([...sites, ...waitedForBy(lease)])].filter((site) => site !== self);
  const replicas = writes ? database.replicas : [];
  const steppingDown = isSteppingDown(lease);
  // A switchover that came to nothing is not asked for again at once.
  const sound = lease.syncStandbys.map(
    (site) => [site, (steppingDown ? undefined : memory.soundSince[site]) ?? now] as const,
  );
  const roomy = (database?.freeBytes ?? FREE_BYTES_MIN) >= FREE_BYTES_MIN;
  return {
    // A server that has just come up gives its standbys the whole grace to come back to it.
    watch: lookAtStandbys(writes ? memory.watch : {}, others, replicas, now),
    joining: writes ? lookAtJoining(memory, lease, database) : {},
    // While it steps down it is not meant to write.
    ...(!(writes && roomy) && !steppingDown && { unableSince: memory.unableSince ?? now }),
    ...(steppingDown && { steppingDownSince: memory.steppingDownSince ?? now }),
    soundSince: Object.fromEntries(sound),
  };
}

function lookAtJoining(memory: PrimaryMemory, lease: Lease, database: DatabaseSight): PrimaryMemory["joining"] {
  const { term, settledRevision, position, syncStandbys, clock } = database;
  return Object.fromEntries(
    Object.entries(lease.joining).flatMap(([site, joined]) => {
      // An answer from before the order says nothing about it.
      const waits = term === lease.term && settledRevision >= joined && syncStandbys.includes(site);
      if (!waits) return [];
      const known = memory.joining[site];
      // Another clock is another life of the agent, in which its server may have come up anew.
      const same = known?.revision === joined && known.since.id === clock.id;
      const before: Joining = same ? known : { revision: joined, since: clock };
      const settled = clock.nowMs - before.since.nowMs >= SETTLE_MS;
      const marks = before.position === undefined && position !== undefined && settled;
      return [[site, marks ? { ...before, position } : before] as const];
    }),
  );
}

/**
 * What the primary's site does next to the register: at least a renewal, for that is what shows that it lives. Nothing, when its
 * server has long been unable to run and nobody else has everything: then an operator must be able to take the lease away.
 */
export function nextAsPrimary(
  memory: PrimaryMemory,
  lease: Lease,
  database: DatabaseSight | undefined,
  settings: FailoverSettings,
  at: string,
  now: Instant,
): Transition | undefined {
  const { self } = settings;
  const by = { by: self, term: lease.term };
  const renew: Transition = { kind: "renew", ...by };
  if (isSteppingDown(lease)) return stepDown(memory, lease, database, settings, now) ?? renew;
  const { unableSince } = memory;
  if (
    unableSince !== undefined &&
    elapsedMs(unableSince, now) >= settings.abdicateMs &&
    lease.syncStandbys.length > 0
  ) {
    const reason = database?.role === "primary" ? "its disk is nearly full" : "its database cannot write";
    return { kind: "abdicate", ...by, reason: `${self} gave up: ${reason}` };
  }
  if (isBeyondHope(memory, lease, database, settings, now)) return undefined;
  if (database?.role !== "primary") return renew;
  if (!lease.established) return { kind: "establish", ...by };
  return (
    changeOfStandbys(memory, lease, database, settings, at, now) ?? failBack(memory, lease, settings, now) ?? renew
  );
}

function isBeyondHope(
  { unableSince }: PrimaryMemory,
  { established, syncStandbys }: Lease,
  database: DatabaseSight | undefined,
  { handsOffMs }: FailoverSettings,
  now: Instant,
): boolean {
  // One that runs, fenced, only waits for the lease.
  const runs = database?.role === "primary" || database?.role === "fenced" || database?.role === "standby";
  const isLong = unableSince !== undefined && elapsedMs(unableSince, now) >= handsOffMs;
  return established && syncStandbys.length === 0 && !runs && isLong;
}

function stepDown(
  { steppingDownSince }: PrimaryMemory,
  { term, switchover }: Lease,
  database: DatabaseSight | undefined,
  { self, switchoverMs }: FailoverSettings,
  now: Instant,
): Transition | undefined {
  if (database?.role === "fenced" && database.term === term && database.position !== undefined) {
    return { kind: "step-down", by: self, term, position: database.position };
  }
  const late = steppingDownSince !== undefined && elapsedMs(steppingDownSince, now) >= switchoverMs;
  return late && switchover ? { kind: "cancel-switchover", request: switchover.request } : undefined;
}

/** One change at a time: the sooner each is decided, the sooner the next look can be made. */
function changeOfStandbys(
  { watch, joining }: PrimaryMemory,
  lease: Lease,
  database: DatabaseSight,
  { self, sites, replicated, neverAlone, graceMs }: FailoverSettings,
  at: string,
  now: Instant,
): Transition | undefined {
  const by = { by: self, term: lease.term, at };
  const waitedFor = waitedForBy(lease);
  // By the fleet file of now; the lease may come from another.
  const [uncalledFor] = replicated ? waitedFor.filter((site) => !sites.includes(site)) : waitedFor;
  if (uncalledFor !== undefined && !(neverAlone && waitedFor.length === 1))
    return { kind: "drop", ...by, standby: uncalledFor };
  if (!replicated) return undefined;
  const replicaOf = (site: SiteName) => database.replicas.find((replica) => replica.name === site);
  for (const [site, { revision, position }] of Object.entries(joining)) {
    const standby = site as SiteName;
    const flushed = replicaOf(standby)?.flushPosition;
    if (position === undefined || flushed === undefined || comparePositions(flushed, position) < 0) continue;
    return { kind: "admit", ...by, standby, since: revision };
  }
  // Where no commit may be on one site only, somebody is waited for before anybody is there.
  const [someone] = sites.filter((site) => site !== self);
  if (neverAlone && waitedFor.length === 0 && someone !== undefined) return { kind: "join", ...by, standby: someone };
  for (const standby of sites) {
    if (standby === self || waitedFor.includes(standby) || !isNear(replicaOf(standby))) continue;
    if (!isSilent(watch, standby, 1, now)) return { kind: "join", ...by, standby };
  }
  for (const standby of waitedFor) {
    if (neverAlone && waitedFor.length === 1) continue;
    if (isSilent(watch, standby, graceMs, now)) return { kind: "drop", ...by, standby };
  }
  return undefined;
}

/** Back to a site that comes first in the file, once it has had everything for the soak time. */
function failBack(
  { soundSince }: PrimaryMemory,
  lease: Lease,
  { self, sites, failback, soakMs }: FailoverSettings,
  now: Instant,
): Transition | undefined {
  if (failback !== "automatic" || lease.switchover) return undefined;
  const to = sites.slice(0, sites.indexOf(self)).find((site) => {
    const since = soundSince[site];
    return since !== undefined && elapsedMs(since, now) >= soakMs && canSwitchOver(lease, site);
  });
  const reason = `failback: it comes before ${self}, and has been in sync for the soak time`;
  return to && { kind: "request-switchover", request: { to, request: `failback-${lease.term}`, reason } };
}
