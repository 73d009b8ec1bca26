import { Gate } from "../time/gate.ts";
import type { Scheduler } from "../time/scheduler.ts";

/** How a question ends; whatever comes after the first ending is not heard. */
export interface Answer<T> {
  give(value: T): void;
  fail(error: Error): void;
  /** Nobody will answer: the asker's own patience ends it. */
  silence(): void;
}

/** One run of one program: it hears answers only while it lives and is not paused. */
export class Process {
  readonly gate = new Gate();
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Asks somebody outside; `begin` sends the question. A process that was killed waits for ever, and is forgotten. */
  ask<T>(
    signal: AbortSignal | undefined,
    patience: { readonly ms: number; readonly error: () => Error },
    begin: (answer: Answer<T>) => void,
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.gate.isDead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      let over = false;
      const startMs = this.#scheduler.nowMs;
      const end = (act: () => void): void => {
        this.gate.pass(() => {
          if (over) return;
          over = true;
          signal?.removeEventListener("abort", onAbort);
          this.#scheduler.stir();
          act();
        });
      };
      const onAbort = (): void => {
        over = true;
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const fail = (error: Error): void => end(() => reject(error));
      begin({
        give: (value) => end(() => resolve(value)),
        fail,
        silence: () => {
          const leftMs = startMs + patience.ms - this.#scheduler.nowMs;
          this.#scheduler.after(leftMs, () => over || fail(patience.error()));
        },
      });
    });
  }
}
