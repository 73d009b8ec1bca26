import type { SeededRandom } from "../time/seeded-random.ts";
import type { Fault, FaultKind, TimedFault } from "./fault.ts";

export interface FaultPlan {
  readonly sites: readonly string[];
  readonly voters: readonly string[];
  readonly fromMs: number;
  /** By then everything is healed. */
  readonly untilMs: number;
  /** About how many faults; 0: none. */
  readonly intensity: number;
  /** Only these; absent: all. */
  readonly kinds?: readonly FaultKind[];
}

/** How often each comes up, relative to the others. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  "site-killed": 4,
  "site-frozen": 4,
  "site-isolated": 3,
  "link-cut": 3,
  "link-cut-one-way": 3,
  "link-flapping": 1,
  "link-slow": 2,
  "link-lossy": 2,
  "controller-killed": 2,
  "controller-paused": 3,
  "controller-doubled": 1,
  "database-killed": 2,
  "agent-killed": 2,
  "agent-slow": 2,
  "disk-full": 1,
  "api-server-down": 2,
  "api-server-erring": 2,
  "replies-lost": 2,
  "register-deleted": 1,
  "voter-rebuilt": 1,
  "voter-restored": 1,
  "calendar-jumps": 1,
  "clock-drifts": 1,
  switchover: 3,
  "failover-forced": 0,
};

/** A voter that forgets. The protocol survives that of a minority at a time, so a run has one at the most. */
const FORGETTING: ReadonlySet<FaultKind> = new Set(["register-deleted", "voter-rebuilt", "voter-restored"]);

export function planFaults(plan: FaultPlan, random: SeededRandom): readonly TimedFault[] {
  const { fromMs, untilMs, intensity } = plan;
  const kinds = plan.kinds ?? (Object.keys(WEIGHTS) as FaultKind[]);
  const count = intensity === 0 ? 0 : Math.max(1, Math.round(intensity * (0.3 + 1.4 * random.next())));
  const faults: TimedFault[] = [];
  // Half of the runs have their faults close together: what breaks protocols is the second one during the answer to the first.
  const centreMs = random.between(fromMs, untilMs - 1_500);
  const together = random.chance(0.5);
  let mayForget = true;
  for (let index = 0; index < count; index++) {
    const atMs = together
      ? Math.min(untilMs - 200, centreMs + random.between(0, 1_500))
      : random.between(fromMs, untilMs - 200);
    const kind = pickKind(kinds, mayForget, random);
    if (kind === undefined) continue;
    if (FORGETTING.has(kind)) mayForget = false;
    faults.push({ atMs, fault: makeFault(kind, plan, atMs, random) });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function pickKind(kinds: readonly FaultKind[], mayForget: boolean, random: SeededRandom): FaultKind | undefined {
  const allowed = mayForget ? kinds : kinds.filter((kind) => !FORGETTING.has(kind));
  let rest = random.next() * allowed.reduce((sum, kind) => sum + WEIGHTS[kind], 0);
  for (const kind of allowed) {
    rest -= WEIGHTS[kind];
    if (rest < 0) return kind;
  }
  return undefined;
}

function makeFault(kind: FaultKind, { sites, voters, untilMs }: FaultPlan, atMs: number, random: SeededRandom): Fault {
  const site = random.pick(sites);
  const voter = random.pick(voters);
  const a = voter;
  const b = random.pick(voters.filter((each) => each !== a));
  const leftMs = untilMs - atMs;
  // Short ones, of which nobody should take notice, as well as those that force a decision.
  const forMs = Math.min(leftMs, random.chance(0.3) ? random.between(50, 700) : random.between(700, 6_000));
  switch (kind) {
    case "site-killed":
      return { kind, site: voter, silent: random.chance(0.5), forMs };
    case "site-frozen":
    case "site-isolated":
      return { kind, site: voter, forMs };
    case "link-cut":
    case "link-cut-one-way":
      return { kind, a, b, forMs };
    case "link-flapping":
      return { kind, a, b, everyMs: random.between(80, 900), forMs };
    case "link-slow":
      return { kind, a, b, extraMs: random.between(20, 600), forMs };
    case "link-lossy":
      return { kind, a, b, share: random.between(0.05, 0.5), forMs };
    case "controller-killed":
    case "controller-paused":
    case "agent-killed":
    case "disk-full":
      return { kind, site, forMs: Math.min(leftMs, random.between(100, 4_000)) };
    case "controller-doubled":
      return { kind, site, pausedMs: Math.min(leftMs, random.between(50, 1_500)), forMs };
    case "agent-slow":
      return { kind, site, extraMs: random.between(20, 800), forMs };
    case "database-killed":
      return { kind, site };
    case "api-server-down":
      return { kind, voter, forMs };
    case "api-server-erring":
      return {
        kind,
        voter,
        share: random.between(0.1, 1),
        code: random.pick(["unreachable", "timeout", "conflict"]),
        forMs,
      };
    case "replies-lost":
      return { kind, voter, share: random.between(0.05, 0.6), forMs };
    case "register-deleted":
    case "voter-rebuilt":
      return { kind, voter };
    case "voter-restored":
      return { kind, voter, backupAgeMs: random.between(200, 5_000) };
    case "calendar-jumps":
      return { kind, site: voter, byMs: random.between(-3_600_000, 3_600_000) };
    case "clock-drifts":
      return { kind, site: voter, rate: random.between(0.99, 1.01) };
    case "switchover":
      return { kind, site, to: random.pick(sites) };
    case "failover-forced":
      return { kind, to: site };
  }
}
