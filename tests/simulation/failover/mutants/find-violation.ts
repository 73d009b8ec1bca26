import { useLightAbortControllers } from "../../../../packages/holdfast/src/cli/simulate/light-abort.ts";
import { agentRules, setupOf, simulateRun } from "../../../../packages/holdfast/src/simulator/index.ts";
import type { RunOutcome } from "../../../../packages/holdfast/src/simulator/index.ts";
import { drain } from "../fleet.ts";
import { startMutant } from "./mutation.ts";
import type { Mutation } from "./mutation.ts";
import { faultsOf } from "./plans.ts";
import type { Plan } from "./plans.ts";

export interface Found {
  readonly run: number;
  readonly outcome: RunOutcome;
}

/** A store that stays without a primary or a standby has lost nothing yet: that a mutant cannot recover proves little. */
const HARMLESS: ReadonlySet<string> = new Set(["no-recovery", "not-in-sync"]);

/** The first run in which the mutant loses something, or shows what is no longer true. */
export function findHarm(plan: Plan, runs: number, mutation: Mutation): Promise<Found | undefined> {
  return find(plan, runs, mutation, ({ violation }) => violation !== undefined && !HARMLESS.has(violation.kind));
}

const sound = new Map<Plan, number>();

/** The production program: each run of a plan once, however many mutants share it. */
export async function findAnyViolation(plan: Plan, runs: number): Promise<Found | undefined> {
  const from = sound.get(plan) ?? 0;
  const found = await find(plan, runs, {}, ({ violation }) => violation !== undefined, from);
  if (!found) sound.set(plan, Math.max(from, runs));
  return found;
}

async function find(
  plan: Plan,
  runs: number,
  mutation: Mutation,
  isFound: (outcome: RunOutcome) => boolean,
  from = 0,
): Promise<Found | undefined> {
  const { fleet, store, name } = plan;
  const { agent } = mutation;
  const restore = useLightAbortControllers();
  try {
    for (let run = from; run < runs; run++) {
      const seed = `${name}-${run}`;
      const options = {
        setup: setupOf(fleet, store),
        startSite: startMutant(fleet, store, mutation),
        drain,
        faults: faultsOf(plan, seed),
        ...(agent && { agentRules: { ...agentRules, ...agent } }),
      };
      const outcome = await simulateRun(options, seed);
      if (isFound(outcome)) return { run, outcome };
    }
    return undefined;
  } finally {
    restore();
  }
}
