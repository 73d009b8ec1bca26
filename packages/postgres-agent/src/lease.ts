import { randomUUID } from "node:crypto";
import type { WritableUntil } from "./contract.ts";

/** Why a primary is none any more, for whoever asks. */
export const LEASE_RAN_OUT = "the lease ran out: the controller has not renewed it";

/** The longest that Node's timers wait; anything above fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Until when the server may be writable, on this process's own monotonic clock, which goes on while everything here is frozen.
 *
 * The timer alone would not do: after a freeze, requests and answers that came in meanwhile are handled before it. So whoever
 * is about to do or to say something that rests on the lease checks first, and the check does all that the timer would.
 */
export class Lease {
  /** Another after each start: a moment on the clock of a process that is gone means nothing here. */
  readonly clock = randomUUID();
  readonly #onEnd: () => void;
  #untilMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get nowMs(): number {
    return performance.now();
  }

  /** Why a server can not be made writable until then, or nothing. */
  refuse(writable: WritableUntil | undefined): string | undefined {
    if (writable === undefined) return undefined;
    if (writable.clock !== this.clock) return "the lease is on the clock of an agent that has restarted since";
    const lateMs = this.nowMs - writable.untilMs;
    return lateMs < 0 ? undefined : `the lease ran out ${Math.ceil(lateMs)} ms before it came here`;
  }

  /** Moves the end; without one there is none. An end that has passed meanwhile is one at once. */
  set(writable: WritableUntil | undefined): void {
    this.#untilMs = writable?.untilMs;
    this.check();
  }

  /** Ends the lease if its time is over. */
  check(): void {
    clearTimeout(this.#timer);
    if (this.#untilMs === undefined) return;
    const leftMs = this.#untilMs - this.nowMs;
    if (leftMs > 0) {
      // Rounded up: a timer that fires too early would only set itself again.
      this.#timer = setTimeout(() => this.check(), Math.min(Math.ceil(leftMs), TIMER_MS_MAX));
      return;
    }
    this.#untilMs = undefined;
    this.#onEnd();
  }
}
