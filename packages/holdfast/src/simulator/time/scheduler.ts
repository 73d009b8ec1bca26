import { EventHeap } from "./event-heap.ts";
import type { TimedEvent } from "./event-heap.ts";

/** Resolves once every chain of promises that was ready has run to its next wait: a turn of the event loop, say. */
export type Drain = () => Promise<void>;

/** A moment that was scheduled and may be taken back. */
export interface Scheduled {
  cancel(): void;
}

/**
 * The world's time. Most events concern only the world (a commit reaches a disk, a message a server) and cost a heap operation; only
 * those after which the programs under test have something to do are followed by a drain, which costs as much as ten of them.
 */
export class Scheduler {
  readonly #heap = new EventHeap();
  readonly #drain: Drain;
  #nowMs = 0;
  #order = 0;
  #stirred = false;
  #stopped = false;
  /** For measurements. */
  events = 0;
  drains = 0;

  constructor(drain: Drain) {
    this.#drain = drain;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, happen: () => void): Scheduled {
    const event: TimedEvent = { atMs: this.#nowMs + (ms > 0 ? ms : 0), order: this.#order++, happen };
    this.#heap.push(event);
    return new CancellableEvent(event);
  }

  /** To be called by whoever resolves a promise that a program may wait for, or calls a program's code. */
  stir(): void {
    this.#stirred = true;
  }

  /** Ends the run after the event that is happening. */
  stop(): void {
    this.#stopped = true;
  }

  async runUntil(endMs: number): Promise<void> {
    const heap = this.#heap;
    if (this.#stirred) await this.#settle();
    while (!this.#stopped) {
      const event = heap.first;
      if (event === undefined || event.atMs > endMs) break;
      heap.pop();
      const { happen } = event;
      if (happen === undefined) continue;
      this.#nowMs = event.atMs;
      this.events += 1;
      happen();
      if (this.#stirred) await this.#settle();
    }
    if (!this.#stopped) this.#nowMs = endMs;
  }

  async #settle(): Promise<void> {
    this.#stirred = false;
    this.drains += 1;
    await this.#drain();
  }
}

class CancellableEvent implements Scheduled {
  readonly #event: TimedEvent;
  constructor(event: TimedEvent) {
    this.#event = event;
  }
  /** It stays in the heap until its time, as nothing: taking it out would cost more. */
  cancel(): void {
    this.#event.happen = undefined;
  }
}
