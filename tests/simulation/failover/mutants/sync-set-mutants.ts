import { failoverRules } from "../../../../packages/holdfast/src/core/failover/index.ts";
import type {
  DatabaseSight,
  FailoverRules,
  Lease,
  PrimaryMemory,
} from "../../../../packages/holdfast/src/core/failover/index.ts";
import type { SiteName } from "../../../../packages/holdfast/src/core/spec/index.ts";
import type { Mutant } from "./mutation.ts";

const { applyTransition, lookAtPrimary, nextAsPrimary, nextAsSuccessor, orderFor } = failoverRules;

const waits = "commits wait for the sync set";
const joins = "a standby is admitted when it has all from before it was waited for";
const drops = "the register drops a standby, then the database";
const alone = "who goes on alone is followed by nobody";

/** The database waits only for some of those that it should. */
function waitingFor(isWaitedFor: (site: SiteName, lease: Lease) => boolean): Partial<FailoverRules> {
  return {
    orderFor: (lease, self, holds) => {
      const order = orderFor(lease, self, holds);
      return { ...order, syncStandbys: order.syncStandbys.filter((site) => isWaitedFor(site, lease)) };
    },
  };
}

/** Sees marks as they should not be taken. */
function marking(
  position: (site: string, lease: Lease, database: DatabaseSight) => string | undefined,
): FailoverRules["lookAtPrimary"] {
  return (memory, lease, database, settings, now) => {
    const next = lookAtPrimary(memory, lease, database, settings, now);
    if (database?.role !== "primary") return next;
    const marks = Object.entries(lease.joining).map(([site, revision]) => {
      const before = memory.joining[site];
      const mark = (before?.revision === revision ? before.position : undefined) ?? position(site, lease, database);
      const known = next.joining[site] ?? { revision, since: database.clock };
      return [site, { ...known, ...(mark !== undefined && { position: mark }) }] as const;
    });
    return { ...next, joining: Object.fromEntries(marks) };
  };
}

/** Electable: all that are, and `more`. */
function electing(more: (lease: Lease) => readonly string[]): () => Partial<FailoverRules> {
  const widen = (lease: Lease): Lease => {
    if (lease.phase === "electing") return lease;
    const syncStandbys = [...new Set([...lease.syncStandbys, ...(more(lease) as SiteName[])])];
    return { ...lease, syncStandbys };
  };
  return () => ({
    nextAsSuccessor: (watch, lease, ...rest) => nextAsSuccessor(watch, widen(lease), ...rest),
    applyTransition: (lease, transition, policy) =>
      applyTransition(transition.kind === "elect" ? widen(lease) : lease, transition, policy),
  });
}

/** The marks of standbys that have left, for whoever comes back. */
function rememberMarks(): Partial<FailoverRules> {
  const marks = new Map<string, string>();
  const mark = marking((site) => marks.get(site));
  return {
    lookAtPrimary: (...args): PrimaryMemory => {
      const next = mark(...args);
      for (const [site, { position }] of Object.entries(next.joining))
        if (position !== undefined) marks.set(site, position);
      return next;
    },
  };
}

/** Whom the database no longer waits for, as the primary's controller remembers it. */
function stopWaitingFirst(): Partial<FailoverRules> {
  let leaving: string | undefined;
  return {
    nextAsPrimary: (...args) => {
      const next = nextAsPrimary(...args);
      leaving = next?.kind === "drop" ? next.standby : undefined;
      return next;
    },
    ...waitingFor((site) => site !== leaving),
  };
}

interface Keeping extends Lease {
  readonly unheard?: readonly string[];
}

/** The database stops waiting, and the register goes on calling the standby in sync. */
const keepInRegister: Partial<FailoverRules> = {
  applyTransition: (lease, transition, policy) => {
    const next = applyTransition(lease, transition, policy);
    if (!next || transition.kind !== "drop") return next;
    const { unheard = [] } = lease as Keeping;
    const kept: Keeping = { ...next, syncStandbys: lease.syncStandbys, unheard: [...unheard, transition.standby] };
    return kept;
  },
  ...waitingFor((site, lease) => !((lease as Keeping).unheard ?? []).includes(site)),
};

export const syncSetMutants = {
  waitsForNobody: {
    rule: waits,
    name: "only for those that are joining",
    mutation: { rules: () => waitingFor((site, { joining }) => site in joining) },
  },
  waitsForOne: {
    rule: waits,
    name: "for one of them only",
    mutation: {
      rules: () => waitingFor((site, { syncStandbys, joining }) => site in joining || site === syncStandbys[0]),
    },
  },
  joinsAtOnce: {
    rule: joins,
    name: "it is in the sync set as soon as it joins",
    mutation: {
      rules: () => ({
        applyTransition: (lease, transition, policy) => {
          const next = applyTransition(lease, transition, policy);
          if (!next || transition.kind !== "join") return next;
          return { ...next, joining: lease.joining, syncStandbys: [...lease.syncStandbys, transition.standby] };
        },
      }),
    },
  },
  markBeforeWaiting: {
    rule: joins,
    name: "the mark is noted before the database waits for it",
    mutation: { rules: () => ({ lookAtPrimary: marking((_site, _lease, { position }) => position) }) },
  },
  noMark: {
    rule: joins,
    name: "its position is not compared with the mark",
    mutation: {
      rules: () => ({
        nextAsPrimary: (memory, lease, database, ...rest) => {
          const replicas = database?.replicas.map((replica) =>
            replica.flushPosition !== undefined && replica.name in lease.joining
              ? { ...replica, flushPosition: "FFFFFFFF/FFFFFFFF" }
              : replica,
          );
          return nextAsPrimary(memory, lease, database && { ...database, replicas: replicas ?? [] }, ...rest);
        },
      }),
    },
  },
  noSettling: {
    rule: joins,
    name: "the mark is noted as soon as the server says that it waits",
    mutation: {
      rules: () => ({
        lookAtPrimary: marking((site, lease, { term, revision, syncStandbys, position }) =>
          term === lease.term && revision >= (lease.joining[site] ?? 0) && syncStandbys.includes(site)
            ? position
            : undefined,
        ),
      }),
    },
  },
  markFromBefore: {
    rule: joins,
    name: "the mark of an earlier joining counts",
    mutation: { rules: rememberMarks },
  },
  stopsWaitingFirst: {
    rule: drops,
    name: "the database stops waiting first",
    mutation: { rules: stopWaitingFirst },
  },
  keptInRegister: {
    rule: drops,
    name: "the register keeps it",
    mutation: { rules: () => keepInRegister },
  },
  joiningIsElectable: {
    rule: "only who is in the sync set is elected",
    name: "who is joining, too",
    mutation: { rules: electing(({ joining }) => Object.keys(joining)) },
  },
  aloneIsFollowed: {
    rule: alone,
    name: "who was in sync until then may take over",
    mutation: {
      rules: electing(({ syncStandbys, behindSince, primary }) =>
        syncStandbys.length > 0 ? [] : Object.keys(behindSince ?? {}).filter((site) => site !== primary),
      ),
    },
  },
} satisfies Record<string, Mutant>;
