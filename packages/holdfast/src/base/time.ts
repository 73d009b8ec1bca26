import type { Brand } from "./brand.ts";

/** Milliseconds on a monotonic clock of one machine; never compared between machines. */
export type Instant = Brand<number, "Instant">;

export function instant(ms: number): Instant {
  return ms as Instant;
}

/** Milliseconds from `from` to `to`. */
export function elapsedMs(from: Instant, to: Instant): number {
  return to - from;
}

/** Time as a port: the controller runs the same under a real clock and under the simulator's. */
export interface Clock {
  /** Monotonic. */
  now(): Instant;
  /** The calendar, for people and logs only: no decision may rest on it. */
  wallTime(): Date;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Uniform in [0, 1). */
export interface Random {
  next(): number;
}
