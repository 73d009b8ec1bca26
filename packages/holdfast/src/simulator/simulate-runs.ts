import type { Fleet, PostgresqlStore } from "../core/spec/index.ts";
import type { FaultKind } from "./faults/fault.ts";
import { simulateRun } from "./simulate-run.ts";
import type { RunOptions, RunOutcome } from "./simulate-run.ts";
import { setupOf } from "./world/setup.ts";

export interface SimulationOptions extends Omit<RunOptions, "setup"> {
  readonly fleet: Fleet;
  readonly store: PostgresqlStore;
  /** Run number n has the seed `<seed>-<n>`, so that any one can be replayed alone. */
  readonly seed: string;
  readonly firstRun?: number;
  readonly runs: number;
  readonly onRun?: (outcome: RunOutcome) => void;
  readonly signal?: AbortSignal;
}

export interface SimulationResult {
  readonly runs: number;
  /** The first, replayed and recorded: its transcript is there. */
  readonly failed: RunOutcome | undefined;
  /** Of each run, the longest time in which no write was acknowledged; milliseconds, ascending. */
  readonly longestOutagesMs: readonly number[];
  /** Of each outage that one kind of fault began shortly before, ascending. */
  readonly outagesMsByFault: ReadonlyMap<FaultKind, readonly number[]>;
  readonly acknowledgements: number;
  readonly events: number;
  readonly drains: number;
}

/** An outage is laid to the faults that began in it, or so shortly before it. */
const BEFORE_MS = 500;

/** Runs worlds until one breaks a promise or all have ended. */
export async function simulateRuns(options: SimulationOptions): Promise<SimulationResult> {
  const { fleet, store, seed, runs, firstRun = 0, onRun, signal } = options;
  const runOptions: RunOptions = { ...options, setup: setupOf(fleet, store) };
  const tally = new Tally();
  for (let run = firstRun; run < firstRun + runs && signal?.aborted !== true; run++) {
    const outcome = await simulateRun(runOptions, `${seed}-${run}`);
    tally.add(outcome);
    onRun?.(outcome);
    if (outcome.violation) return tally.result(await simulateRun(runOptions, outcome.seed, true));
  }
  return tally.result(undefined);
}

class Tally {
  readonly #longest: number[] = [];
  readonly #byFault = new Map<FaultKind, number[]>();
  #acknowledgements = 0;
  #events = 0;
  #drains = 0;

  add({ outages, faults, acknowledgements, events, drains }: RunOutcome): void {
    this.#longest.push(Math.max(0, ...outages.map(({ ms }) => ms)));
    this.#acknowledgements += acknowledgements;
    this.#events += events;
    this.#drains += drains;
    for (const { fromMs, ms } of outages) {
      const near = faults.filter(({ atMs }) => atMs >= fromMs - BEFORE_MS && atMs <= fromMs + ms);
      for (const kind of new Set(near.map(({ fault }) => fault.kind))) {
        const known = this.#byFault.get(kind);
        if (known) known.push(ms);
        else this.#byFault.set(kind, [ms]);
      }
    }
  }

  result(failed: RunOutcome | undefined): SimulationResult {
    const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
    return {
      runs: this.#longest.length,
      failed,
      longestOutagesMs: ascending(this.#longest),
      outagesMsByFault: new Map([...this.#byFault].map(([kind, all]) => [kind, ascending(all)])),
      acknowledgements: this.#acknowledgements,
      events: this.#events,
      drains: this.#drains,
    };
  }
}

/** The number below which `share` of them lie. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
