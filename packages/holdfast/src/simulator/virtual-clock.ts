import { instant } from "../base/index.ts";
import type { Clock, Instant } from "../base/index.ts";

interface Sleeper {
  readonly until: number;
  /** Sleepers that are due together wake in the order in which they went to sleep. */
  readonly order: number;
  readonly wake: () => void;
}

/** Between two moments everything that is ready runs: chains of promises are given this many turns to do so. */
const TURNS = 200;

/** Time that passes only when told to, so that a test of minutes takes milliseconds and always takes the same course. */
export class VirtualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #nowMs = 0;
  #order = 0;

  now(): Instant {
    return instant(this.#nowMs);
  }

  wallTime(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#nowMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#nowMs + Math.max(0, ms), order: this.#order++, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Lets `ms` pass; resolves when everything that became due has run. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settle();
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.until - b.until || a.order - b.order);
      if (!next || next.until > end) break;
      this.#nowMs = next.until;
      next.wake();
      await settle();
    }
    this.#nowMs = end;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
