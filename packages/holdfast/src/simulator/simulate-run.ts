import type { Outage } from "./checks/outages.ts";
import type { Violation } from "./checks/violation.ts";
import type { AgentRules } from "./database/agent-rules.ts";
import type { FaultKind, TimedFault } from "./faults/fault.ts";
import { scheduleFaults } from "./faults/inject.ts";
import { planFaults } from "./faults/plan-faults.ts";
import type { StartSite } from "./site-under-test.ts";
import type { Drain } from "./time/scheduler.ts";
import { SeededRandom } from "./time/seeded-random.ts";
import type { MakeConfigMaps } from "./world/config-maps.ts";
import type { Setup } from "./world/setup.ts";
import { World } from "./world/world.ts";

export interface RunOptions {
  readonly setup: Setup;
  readonly startSite: StartSite;
  /** Absent: those of the real agent. */
  readonly agentRules?: AgentRules;
  readonly drain: Drain;
  /** About how many faults a run has; absent: 3. */
  readonly intensity?: number;
  readonly kinds?: readonly FaultKind[];
  /** Instead of faults from the seed: a scenario. */
  readonly faults?: readonly TimedFault[];
  /** Absent: the pace of a whole run. */
  readonly times?: Partial<RunTimes>;
  /** For runs in which an operator forces a failover and names the loss. */
  readonly lossAccepted?: boolean;
  readonly makeConfigMaps?: MakeConfigMaps;
}

export interface RunTimes {
  readonly faultsFromMs: number;
  /** Everything is healed by then. */
  readonly healedMs: number;
  /** From then: writes must be acknowledged again within so long. */
  readonly recoveryMs: number;
  /** A run that has been calm for so long ends: nothing more is going to happen. */
  readonly calmMs: number;
  readonly endMs: number;
}

export const RUN_TIMES: RunTimes = {
  faultsFromMs: 1_500,
  healedMs: 8_000,
  recoveryMs: 6_000,
  calmMs: 1_000,
  endMs: 14_000,
};
const LOOK_MS = 200;
/** A run in ten has its faults from the very beginning, while the store is being made. */
const EARLY = 0.1;

export interface RunOutcome {
  readonly seed: string;
  readonly violation: Violation | undefined;
  readonly faults: readonly TimedFault[];
  readonly outages: readonly Outage[];
  /** How often writes were acknowledged, several at a time counting as one. */
  readonly acknowledgements: number;
  readonly events: number;
  readonly drains: number;
  /** Where it was recorded. */
  readonly transcript: string | undefined;
}

/** One world from its beginning to its calm end. The same seed takes the same course, recorded or not. */
export async function simulateRun(options: RunOptions, seed: string, recording = false): Promise<RunOutcome> {
  const { setup, startSite, agentRules, drain, intensity = 3, kinds, lossAccepted = false, makeConfigMaps } = options;
  const times = { ...RUN_TIMES, ...options.times };
  const world = new World({
    setup,
    startSite,
    ...(agentRules && { agentRules }),
    seed,
    drain,
    recording,
    lossAccepted,
    ...(makeConfigMaps && { makeConfigMaps }),
  });
  const random = new SeededRandom(`${seed}/faults`);
  const { sites, voters } = setup;
  const fromMs = random.chance(EARLY) ? 0 : times.faultsFromMs;
  const plan = { sites, voters, fromMs, untilMs: times.healedMs, intensity, ...(kinds && { kinds }) };
  const faults = options.faults ?? planFaults(plan, random);
  scheduleFaults(world, faults);
  const { scheduler, referee } = world;
  scheduler.after(times.healedMs, () => world.transcript?.note("", "from here on nothing is disturbed"));
  scheduler.after(times.healedMs + times.recoveryMs - 1, () => referee.checkRecovery(times.healedMs));
  endWhenCalm(world, times);

  await scheduler.runUntil(times.endMs);
  if (!referee.violation) {
    referee.outages.close(scheduler.nowMs);
    referee.checkEnd();
  }
  return {
    seed,
    violation: referee.violation,
    faults,
    outages: referee.outages.outages,
    acknowledgements: referee.acknowledgedCount,
    events: scheduler.events,
    drains: scheduler.drains,
    transcript: world.transcript?.text(),
  };
}

function endWhenCalm({ scheduler, referee }: World, { healedMs, calmMs }: RunTimes): void {
  let sinceMs = Infinity;
  const look = (): void => {
    sinceMs = referee.isCalm(healedMs) ? Math.min(sinceMs, scheduler.nowMs) : Infinity;
    if (scheduler.nowMs - sinceMs >= calmMs) scheduler.stop();
    else scheduler.after(LOOK_MS, look);
  };
  scheduler.after(healedMs + LOOK_MS, look);
}
