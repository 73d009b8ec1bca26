import { unreachable } from "../../base/index.ts";
import type { SiteName } from "../spec/index.ts";
import { momentOf, waitedForBy } from "./lease.ts";
import type { Election, Lease, LeasePolicy, PrimaryChange, SwitchoverRequest } from "./lease.ts";
import { comparePositions } from "./position.ts";

/**
 * Every way in which a lease changes. A transition is chosen by what a site believes, and applied by compare-and-set to what the voters say:
 * `applyTransition` looks at everything again that its safety rests on, and answers nothing where it no longer holds.
 */
export type Transition =
  | { readonly kind: "renew"; readonly by: SiteName; readonly term: number }
  /** The primary's database is there: from now on an empty disk is a lost one. */
  | { readonly kind: "establish"; readonly by: SiteName; readonly term: number }
  /** The database is to wait for it. */
  | {
      readonly kind: "join";
      readonly by: SiteName;
      readonly term: number;
      readonly standby: SiteName;
      readonly at: string;
    }
  /** Waited for since revision `since`, it has been seen to have everything from before: from now on it may take over. */
  | {
      readonly kind: "admit";
      readonly by: SiteName;
      readonly term: number;
      readonly standby: SiteName;
      readonly since: number;
      readonly at: string;
    }
  /** From now on it may not take over; then the database stops waiting for it. */
  | {
      readonly kind: "drop";
      readonly by: SiteName;
      readonly term: number;
      readonly standby: SiteName;
      readonly at: string;
    }
  /** The lease has not moved since `moment` for its whole time. */
  | { readonly kind: "elect"; readonly by: SiteName; readonly moment: string; readonly reason: string }
  /** The primary gives its lease up because its database cannot write. */
  | { readonly kind: "abdicate"; readonly by: SiteName; readonly term: number; readonly reason: string }
  /** The primary's database is fenced at `position`, so that the target of the switchover can take over without loss. */
  | { readonly kind: "step-down"; readonly by: SiteName; readonly term: number; readonly position: string }
  /** A candidate has stopped receiving for good. `conclude`: and whoever has not reported is not waited for any longer. */
  | {
      readonly kind: "report";
      readonly by: SiteName;
      readonly term: number;
      readonly position: string;
      readonly conclude: boolean;
      readonly at: string;
    }
  | { readonly kind: "request-switchover"; readonly request: SwitchoverRequest }
  | { readonly kind: "cancel-switchover"; readonly request: string }
  /** By order of an operator who accepted the loss: this site takes over with what it has. */
  | {
      readonly kind: "force";
      readonly by: SiteName;
      readonly moment: string;
      readonly request: string;
      readonly reason: string;
    };

export function applyTransition(lease: Lease, transition: Transition, policy: LeasePolicy): Lease | undefined {
  switch (transition.kind) {
    case "renew":
      return serves(lease, transition) ? { ...lease, renewal: lease.renewal + 1 } : undefined;
    case "establish":
      return serves(lease, transition) && !lease.established ? revised(lease, { established: true }) : undefined;
    case "join":
      return serves(lease, transition) ? join(lease, transition.standby) : undefined;
    case "admit":
      return serves(lease, transition) ? admit(lease, transition) : undefined;
    case "drop":
      return serves(lease, transition) ? drop(lease, transition, policy) : undefined;
    case "elect":
      return elect(lease, transition);
    case "abdicate":
      return serves(lease, transition) && lease.syncStandbys.length > 0
        ? electing(lease, { kind: "failover", reason: transition.reason, candidates: lease.syncStandbys })
        : undefined;
    case "step-down":
      return serves(lease, transition) ? stepDown(lease, transition) : undefined;
    case "report":
      return report(lease, transition, policy);
    case "request-switchover":
      return canSwitchOver(lease, transition.request.to) && !lease.switchover
        ? revised(lease, { switchover: transition.request })
        : undefined;
    case "cancel-switchover":
      return lease.switchover?.request === transition.request ? revised(without(lease, "switchover"), {}) : undefined;
    case "force":
      return momentOf(lease) === transition.moment ? forceElection(lease, transition) : undefined;
    default:
      return unreachable(transition);
  }
}

/** Planned and without loss: only to a site that has everything, while there is a primary that can be asked to stop. */
export function canSwitchOver(lease: Lease, to: SiteName): boolean {
  return lease.phase === "serving" && lease.primary !== to && lease.syncStandbys.includes(to);
}

function serves(lease: Lease, { by, term }: { readonly by: SiteName; readonly term: number }): boolean {
  return lease.phase === "serving" && lease.primary === by && lease.term === term;
}

function revised(lease: Lease, change: Partial<Lease>): Lease {
  return { ...lease, ...change, revision: lease.revision + 1, renewal: 0 };
}

function without(lease: Lease, key: "election" | "switchover" | "aloneSince"): Lease {
  return Object.fromEntries(Object.entries(lease).filter(([name]) => name !== key)) as unknown as Lease;
}

function join(lease: Lease, standby: SiteName): Lease | undefined {
  if (standby === lease.primary || waitedForBy(lease).includes(standby)) return undefined;
  return revised(lease, { joining: { ...lease.joining, [standby]: lease.revision + 1 } });
}

function withoutSite<T>(sites: Readonly<Record<string, T>>, site: SiteName): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(sites).filter(([name]) => name !== site));
}

function admit(
  lease: Lease,
  { standby, since }: { readonly standby: SiteName; readonly since: number },
): Lease | undefined {
  // What was seen rests on the database having waited for it ever since: dropped and joined again is another time.
  if (lease.joining[standby] !== since) return undefined;
  const admitted = revised(lease, {
    joining: withoutSite(lease.joining, standby),
    syncStandbys: [...lease.syncStandbys, standby],
    behindSince: withoutSite(lease.behindSince ?? {}, standby),
  });
  return without(admitted, "aloneSince");
}

function drop(
  lease: Lease,
  { standby, at }: { readonly standby: SiteName; readonly at: string },
  { neverAlone }: LeasePolicy,
): Lease | undefined {
  const waitedFor = waitedForBy(lease);
  if (!waitedFor.includes(standby) || (neverAlone && waitedFor.length === 1)) return undefined;
  const dropped = revised(lease, {
    syncStandbys: lease.syncStandbys.filter((site) => site !== standby),
    joining: withoutSite(lease.joining, standby),
    // One that was joining may have been behind for longer.
    behindSince: { [standby]: at, ...lease.behindSince },
  });
  // A switchover to a site that no longer has everything would lose something.
  const kept = dropped.switchover?.to === standby ? without(dropped, "switchover") : dropped;
  return kept.syncStandbys.length > 0 || kept.aloneSince !== undefined ? kept : { ...kept, aloneSince: at };
}

function elect(lease: Lease, { by, moment, reason }: Extract<Transition, { kind: "elect" }>): Lease | undefined {
  if (momentOf(lease) !== moment) return undefined;
  if (lease.phase === "electing") {
    if (!lease.election?.candidates.includes(by)) return undefined;
    const { kind, candidates, preferred, request } = lease.election;
    const again = {
      kind,
      candidates,
      reason,
      ...(preferred && { preferred }),
      ...(request !== undefined && { request }),
    };
    return electing(lease, again);
  }
  return lease.syncStandbys.includes(by) ? electing(lease, { kind: "failover", reason }) : undefined;
}

/** The old primary is a candidate, too: what it acknowledged it has. */
function electing(lease: Lease, election: Pick<Election, "kind" | "reason"> & Partial<Election>): Lease {
  return {
    ...revised(without(lease, "switchover"), { phase: "electing", term: lease.term + 1 }),
    election: { candidates: [lease.primary, ...lease.syncStandbys], reports: {}, ...election },
  };
}

function stepDown(
  lease: Lease,
  { by, position }: { readonly by: SiteName; readonly position: string },
): Lease | undefined {
  const { switchover } = lease;
  if (!switchover || !lease.syncStandbys.includes(switchover.to)) return undefined;
  const { to, request, reason } = switchover;
  return electing(lease, { kind: "switchover", preferred: to, request, reason, reports: { [by]: position } });
}

/** One candidate, by an operator's order, whatever it lacks. */
export function forceElection(
  lease: Lease,
  { by, request, reason }: Pick<Extract<Transition, { kind: "force" }>, "by" | "request" | "reason">,
): Lease {
  return electing(lease, { kind: "forced", candidates: [by], preferred: by, request, reason });
}

function report(
  lease: Lease,
  transition: Extract<Transition, { kind: "report" }>,
  policy: LeasePolicy,
): Lease | undefined {
  const { by, term, position, conclude: mayConclude, at } = transition;
  const { election } = lease;
  if (lease.phase !== "electing" || lease.term !== term || !election?.candidates.includes(by)) return undefined;
  const reports = { ...election.reports, [by]: position };
  // In a failover the old primary is the one that is not expected to answer.
  const awaited = election.candidates.filter((site) => site !== lease.primary || election.kind === "switchover");
  const complete = awaited.every((site) => reports[site] !== undefined);
  if (complete || mayConclude) return conclude(lease, { ...election, reports }, at, policy);
  return reports[by] === election.reports[by] ? undefined : revised(lease, { election: { ...election, reports } });
}

/**
 * Every candidate has every acknowledged commit, so any of those that reported may win; the furthest does, so that nobody has more than
 * the winner and must be cloned anew. The one that is wished for wins where it has no less.
 */
function conclude(lease: Lease, election: Election, at: string, { sites, neverAlone }: LeasePolicy): Lease {
  const { reports, preferred, kind, reason, request } = election;
  const reporters = Object.keys(reports) as SiteName[];
  const furthest = reporters.reduce((a, b) => (comparePositions(reports[a] ?? "", reports[b] ?? "") >= 0 ? a : b));
  const wished = preferred !== undefined && reports[preferred] !== undefined ? preferred : furthest;
  const winner = comparePositions(reports[wished] ?? "", reports[furthest] ?? "") >= 0 ? wished : furthest;
  const missed =
    preferred !== undefined && winner !== preferred ? `: ${preferred} did not have everything in time` : "";
  const change: PrimaryChange = {
    kind,
    reason: reason + missed,
    at,
    ...(winner !== lease.primary && { from: lease.primary }),
    ...(request !== undefined && { request }),
  };
  // Those that reported live: commits wait for them from the first on, until they turn out not to follow.
  const alive = reporters.filter((site) => site !== winner);
  const someone = sites.filter((site) => site !== winner).slice(0, 1);
  const waitedFor = alive.length === 0 && neverAlone ? someone : alive;
  // They had everything until now.
  const haveHad = [lease.primary, ...lease.syncStandbys];
  const concluded = revised(without(without(lease, "election"), "aloneSince"), {
    phase: "serving",
    primary: winner,
    syncStandbys: [],
    joining: Object.fromEntries(waitedFor.map((site) => [site, lease.revision + 1])),
    behindSince: withoutSite(
      { ...Object.fromEntries(haveHad.map((site) => [site, at])), ...lease.behindSince },
      winner,
    ),
    change,
  });
  return waitedFor.length > 0 ? concluded : { ...concluded, aloneSince: at };
}
