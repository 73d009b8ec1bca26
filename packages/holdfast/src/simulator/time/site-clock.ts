import { instant } from "../../base/index.ts";
import type { Clock, Instant } from "../../base/index.ts";
import type { Gate } from "./gate.ts";
import type { Scheduler } from "./scheduler.ts";

const YEAR_2026 = Date.UTC(2026, 0, 1);

/** A machine's monotonic clock and calendar: no two machines' start at the same number or run at the same rate. */
export class MachineClock {
  readonly #scheduler: Scheduler;
  #baseMs: number;
  #sinceMs = 0;
  #rate: number;
  /** How far the calendar is from the true one. */
  wallOffsetMs = 0;

  constructor(scheduler: Scheduler, originMs: number, rate: number) {
    this.#scheduler = scheduler;
    this.#baseMs = originMs;
    this.#rate = rate;
  }

  get nowMs(): number {
    return this.#baseMs + (this.#scheduler.nowMs - this.#sinceMs) * this.#rate;
  }

  get wallMs(): number {
    return YEAR_2026 + this.#scheduler.nowMs + this.wallOffsetMs;
  }

  /** True milliseconds until this clock has moved by `ms`. */
  trueMs(ms: number): number {
    return ms / this.#rate;
  }

  drift(rate: number): void {
    this.#baseMs = this.nowMs;
    this.#sinceMs = this.#scheduler.nowMs;
    this.#rate = rate;
  }
}

/** A machine's clock as one process has it: its timers fire only while the process runs. */
export class SiteClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #machine: MachineClock;
  readonly #gate: Gate;

  constructor(scheduler: Scheduler, machine: MachineClock, gate: Gate) {
    this.#scheduler = scheduler;
    this.#machine = machine;
    this.#gate = gate;
  }

  now(): Instant {
    return instant(this.#machine.nowMs);
  }

  wallTime(): Date {
    return new Date(this.#machine.wallMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const untilMs = this.#machine.nowMs + ms;
    return new Promise((resolve) => {
      const end = (): void => {
        signal?.removeEventListener("abort", stop);
        this.#scheduler.stir();
        resolve();
      };
      const due = (): void => {
        // The clock may have been slowed meanwhile, and no timer fires early.
        const leftMs = untilMs - this.#machine.nowMs;
        if (leftMs > 0.001) timer = this.#scheduler.after(this.#machine.trueMs(leftMs), pass);
        else end();
      };
      const pass = (): void => this.#gate.pass(due);
      let timer = this.#scheduler.after(this.#machine.trueMs(Math.max(0, ms)), pass);
      const stop = (): void => {
        timer.cancel();
        resolve();
      };
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}
