import { formatDuration } from "../../core/spec/index.ts";
import type { FaultKind, RunOutcome, SimulationResult } from "../../simulator/index.ts";
import { percentile } from "../../simulator/index.ts";

interface Distribution {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What all runs together tell. */
export class Summary {
  #runs = 0;
  #events = 0;
  #longest: number[] = [];
  readonly #byFault = new Map<FaultKind, number[]>();
  #failed: { readonly run: number; readonly outcome: RunOutcome } | undefined;
  readonly #rtoMs: number | undefined;

  /** `rtoMs`: the fleet's objective, to compare with. */
  constructor(rtoMs?: number) {
    this.#rtoMs = rtoMs;
  }

  get runs(): number {
    return this.#runs;
  }

  get failed(): RunOutcome | undefined {
    return this.#failed?.outcome;
  }

  /** Number of the failed run, for the command that replays it. */
  get failedRun(): number | undefined {
    return this.#failed?.run;
  }

  add({ runs, events, longestOutagesMs, outagesMsByFault, failed }: SimulationResult): void {
    this.#runs += runs;
    this.#events += events;
    this.#longest = this.#longest.concat(longestOutagesMs);
    for (const [kind, all] of outagesMsByFault) this.#byFault.set(kind, (this.#byFault.get(kind) ?? []).concat(all));
    if (!failed) return;
    const run = Number(failed.seed.slice(failed.seed.lastIndexOf("-") + 1));
    if (!this.#failed || run < this.#failed.run) this.#failed = { run, outcome: failed };
  }

  /** `simulated` says how the numbers came about. */
  json(elapsedMs: number): object {
    const byFault = [...this.#byFault].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      howMeasured: "simulated",
      runs: this.#runs,
      runsPerSecond: Math.round((this.#runs / elapsedMs) * 1000),
      events: this.#events,
      objective: this.#rtoMs === undefined ? undefined : { rtoMs: this.#rtoMs, runsBeyond: this.#beyond(this.#rtoMs) },
      longestWithoutWriter: distribution(this.#longest),
      withoutWriterByFault: Object.fromEntries(byFault.map(([kind, all]) => [kind, distribution(all)])),
    };
  }

  text(elapsedMs: number): string {
    const perSecond = Math.round((this.#runs / elapsedMs) * 1000);
    const rows = [...this.#byFault]
      .sort(([, a], [, b]) => distribution(b).p90Ms - distribution(a).p90Ms)
      .map(([kind, all]) => row(kind, distribution(all)));
    return [
      `${this.#runs} simulated runs, ${perSecond} a second`,
      "",
      `${"without a writer, simulated (ms)".padEnd(34)}${HEAD.map((word) => word.padStart(8)).join("")}`,
      row("a run's longest time", distribution(this.#longest)),
      ...rows,
      "",
      ...(this.#rtoMs === undefined ? [] : [this.#againstObjective(this.#rtoMs)]),
    ].join("\n");
  }

  /** No promise: the objective is for one fault, and a run has several. But whoever gave it wants to know. */
  #againstObjective(rtoMs: number): string {
    const beyond = this.#beyond(rtoMs);
    const share = ((beyond / Math.max(1, this.#runs)) * 100).toFixed(beyond === 0 ? 0 : 2);
    const than = `without a writer for longer than the objective of ${formatDuration(rtoMs)} (rto)`;
    const why = beyond === 0 ? "" : "; a run has several faults, and the objective is for one";
    return `${beyond} of ${this.#runs} runs were ${than}: ${share} %${why}\n`;
  }

  #beyond(rtoMs: number): number {
    return this.#longest.filter((ms) => ms > rtoMs).length;
  }
}

const HEAD = ["times", "p50", "p90", "p99", "max"];

function row(name: string, { count, p50Ms, p90Ms, p99Ms, maxMs }: Distribution): string {
  const numbers = [count, p50Ms, p90Ms, p99Ms, maxMs];
  return name.padEnd(34) + numbers.map((number) => String(number).padStart(8)).join("");
}

function distribution(all: readonly number[]): Distribution {
  const ascending = all.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(ascending, share));
  return { count: all.length, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
}
