import { usageOf } from "./processes.ts";

/** Figures are averages of at least this long, as metrics-server's. */
const WINDOW_MS = 15_000;
/** Nobody asked for this long: stop measuring. */
const INTEREST_MS = 60_000;

export interface RunningContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly pid: number;
}

export interface ContainerUsage extends RunningContainer {
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}

export interface UsageSample {
  /** ms since the epoch. */
  readonly measuredAt: number;
  readonly windowMs: number;
  readonly containers: readonly ContainerUsage[];
}

interface Reading {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

/** CPU and memory of containers, measured only while somebody asks. */
export class UsageMeter {
  readonly #running: () => readonly RunningContainer[];
  readonly #now: () => number;
  /** By process: a restarted container starts from nothing. */
  #readings = new Map<number, Reading>();
  #sample: UsageSample;
  #timer: NodeJS.Timeout | undefined;
  #askedAt = -Infinity;

  constructor(running: () => readonly RunningContainer[], now: () => number) {
    this.#running = running;
    this.#now = now;
    this.#sample = { measuredAt: now(), windowMs: WINDOW_MS, containers: [] };
  }

  /** The newest figures; the first question starts the measuring, so its answer may still be empty. */
  current(): UsageSample {
    this.#askedAt = this.#now();
    // A first window of a second, so that the first figures are there soon.
    if (this.#timer === undefined) void this.measure().then(() => this.#schedule(1000));
    return this.#sample;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Reads every container once; figures come with the second reading. */
  async measure(): Promise<void> {
    const now = this.#now();
    const readings = new Map<number, Reading>();
    const containers: ContainerUsage[] = [];
    for (const container of this.#running()) {
      const { cpuSeconds, memoryBytes } = await usageOf(container.pid);
      readings.set(container.pid, { atMs: now, cpuSeconds });
      const before = this.#readings.get(container.pid);
      if (before === undefined || now <= before.atMs) continue;
      const cpuNanocores = Math.max(0, Math.round(((cpuSeconds - before.cpuSeconds) / (now - before.atMs)) * 1e12));
      containers.push({ ...container, cpuNanocores, memoryBytes });
    }
    const windowMs = Math.max(1, ...[...this.#readings.values()].map(({ atMs }) => now - atMs));
    this.#readings = readings;
    if (containers.length > 0 || readings.size === 0) this.#sample = { measuredAt: now, windowMs, containers };
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      if (this.#now() - this.#askedAt > INTEREST_MS) {
        this.#timer = undefined;
        this.#readings.clear();
        return;
      }
      void this.measure().then(() => this.#schedule(WINDOW_MS));
    }, ms).unref();
  }
}
