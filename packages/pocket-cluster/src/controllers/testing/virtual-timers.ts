import type { Timers } from "../controller.ts";

/** Time that moves only when a test says so; what is due at one moment runs in the order it was asked for. */
export class VirtualTimers implements Timers {
  #now: number;
  #serial = 0;
  readonly #waiting = new Map<number, { readonly at: number; readonly action: () => void }>();

  constructor(now = Date.parse("2026-11-23T00:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    const id = this.#serial++;
    this.#waiting.set(id, { at: this.#now + Math.max(ms, 0), action });
    return () => void this.#waiting.delete(id);
  }

  /** Lets `ms` pass and does everything that becomes due, also what that asks for in turn. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let steps = 0; ; steps += 1) {
      if (steps > 100_000) throw new Error("the timers never come to rest");
      const due = [...this.#waiting]
        .filter(([, { at }]) => at <= end)
        .sort(([a, left], [b, right]) => left.at - right.at || a - b)[0];
      if (due === undefined) break;
      const [id, { at, action }] = due;
      this.#waiting.delete(id);
      this.#now = Math.max(this.#now, at);
      action();
    }
    this.#now = end;
  }
}
