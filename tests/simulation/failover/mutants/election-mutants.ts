import { considerRequest, failoverRules, momentOf } from "../../../../packages/holdfast/src/core/failover/index.ts";
import type { FailoverRules, Lease } from "../../../../packages/holdfast/src/core/failover/index.ts";
import type { SiteName } from "../../../../packages/holdfast/src/core/spec/index.ts";
import type { Mutant } from "./mutation.ts";

const { applyTransition, nextAsPrimary, nextAsSuccessor, orderFor } = failoverRules;

const moment = "a lease is taken over when it has not moved for its whole time";
const reports = "a candidate reports after it has stopped receiving, and the furthest wins";
const switchovers = "a switchover is to a site that has everything";

/** The election ends with another winner than it should. */
function concluding(
  choose: (election: NonNullable<Lease["election"]>, right: SiteName) => SiteName,
): Partial<FailoverRules> {
  return {
    applyTransition: (lease, transition, policy) => {
      const next = applyTransition(lease, transition, policy);
      const { election } = lease;
      if (transition.kind !== "report" || next?.phase !== "serving" || !election) return next;
      const all = { ...election.reports, [transition.by]: transition.position };
      const winner = choose({ ...election, reports: all }, next.primary);
      const others = Object.keys(all).filter((site) => site !== winner);
      const joining = Object.fromEntries(others.map((site) => [site, next.revision]));
      return { ...next, primary: winner, joining };
    },
  };
}

const sitesOf = (all: Readonly<Record<string, string>>) => Object.keys(all) as SiteName[];

/** Positions of one length, as the simulated servers have them, order as their text does. */
const least = ({ reports: all }: NonNullable<Lease["election"]>): SiteName =>
  sitesOf(all).reduce((a, b) => ((all[a] ?? "") <= (all[b] ?? "") ? a : b));

const toAnybody = (lease: Lease): Lease =>
  lease.switchover && !lease.syncStandbys.includes(lease.switchover.to)
    ? { ...lease, syncStandbys: [...lease.syncStandbys, lease.switchover.to] }
    : lease;

/** Asked for in any state of its target, and begun at once. */
const switchOverToAnybody: Partial<FailoverRules> = {
  applyTransition: (lease, transition, policy) => {
    if (transition.kind !== "request-switchover")
      return applyTransition(transition.kind === "step-down" ? toAnybody(lease) : lease, transition, policy);
    const { to } = transition.request;
    if (lease.phase !== "serving" || lease.switchover || lease.primary === to) return undefined;
    return { ...lease, switchover: transition.request, revision: lease.revision + 1, renewal: 0 };
  },
  nextAsPrimary: (memory, lease, ...rest) => nextAsPrimary(memory, toAnybody(lease), ...rest),
  orderFor: (lease, ...rest) => orderFor(toAnybody(lease), ...rest),
};

/** As production considers a request for a site that is in sync. */
const considerAnybody: typeof considerRequest = (request, sight, ...rest) => {
  const { lease } = sight;
  const syncStandbys = lease ? [...new Set([...lease.syncStandbys, request.to as SiteName])] : [];
  return considerRequest(request, { ...sight, lease: lease && { ...lease, syncStandbys } }, ...rest);
};

const preferredWins = concluding(({ preferred, reports: all }, right) =>
  preferred !== undefined && all[preferred] !== undefined ? preferred : right,
);

export const electionMutants = {
  momentUnchecked: {
    rule: moment,
    name: "whoever believes so, whatever the voters say",
    mutation: {
      rules: () => ({
        applyTransition: (lease, transition, policy) =>
          applyTransition(
            lease,
            transition.kind === "elect" ? { ...transition, moment: momentOf(lease) } : transition,
            policy,
          ),
      }),
    },
  },
  tooSoon: {
    rule: moment,
    name: "for a third of it",
    mutation: {
      rules: () => ({
        nextAsSuccessor: (watch, lease, database, settings, at, now) =>
          nextAsSuccessor(watch, lease, database, { ...settings, ttlMs: settings.ttlMs / 3 }, at, now),
      }),
    },
  },
  reportsWhileReceiving: {
    rule: reports,
    name: "it reports while it still receives",
    mutation: {
      rules: () => ({
        nextAsSuccessor: (watch, lease, database, ...rest) =>
          nextAsSuccessor(watch, lease, database && { ...database, role: "fenced", term: lease.term }, ...rest),
      }),
    },
  },
  leastWins: { rule: reports, name: "the least wins", mutation: { rules: () => concluding(least) } },
  winsWithoutReport: {
    rule: reports,
    name: "a candidate wins that has not reported",
    mutation: {
      rules: () =>
        concluding(
          ({ candidates, reports: all }, right) => candidates.find((site) => all[site] === undefined) ?? right,
        ),
    },
  },
  switchoverToAnybody: {
    rule: switchovers,
    name: "to any site, and the furthest wins",
    mutation: { consider: considerAnybody, rules: () => switchOverToAnybody },
  },
  targetWins: {
    rule: switchovers,
    name: "to one in the sync set, and it wins with less",
    mutation: { rules: () => preferredWins },
  },
  anyTargetWins: {
    rule: switchovers,
    name: "to any site, and it wins with less",
    mutation: {
      consider: considerAnybody,
      rules: () => ({
        ...switchOverToAnybody,
        applyTransition: (lease, transition, policy) =>
          (transition.kind === "report" ? preferredWins : switchOverToAnybody).applyTransition!(
            lease,
            transition,
            policy,
          ),
      }),
    },
  },
} satisfies Record<string, Mutant>;
