import type { Clock } from "../base/index.ts";

/** Wakes a loop before its time. Rung while nobody waits, it cuts the next wait short: no change is ever slept over. */
export class Bell {
  #rung = false;
  #waiting: AbortController | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves after `ms`, when rung, or when the signal aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const waiting = new AbortController();
      const stop = () => waiting.abort();
      this.#waiting = waiting;
      signal.addEventListener("abort", stop, { once: true });
      await clock.sleep(ms, waiting.signal);
      signal.removeEventListener("abort", stop);
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}
