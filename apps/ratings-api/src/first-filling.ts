import { setTimeout } from "node:timers/promises";
import type { Logger } from "pino";
import { DatabaseUnavailable, type RatingsRepository } from "./repository/contract.ts";

/**
 * Sets up the database in the background, so that an instance serves what it can while there is no primary yet, or only a replica.
 * It tries until it worked, at least `pauseMs` apart, and may be asked again when the tables are found missing later.
 */
export class FirstFilling {
  readonly #repository: RatingsRepository;
  readonly #log: Logger;
  readonly #pauseMs: number;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(repository: RatingsRepository, log: Logger, pauseMs = 250) {
    this.#repository = repository;
    this.#log = log;
    this.#pauseMs = pauseMs;
  }

  /** Starts the work unless it is under way. The promise settles when the database is set up or `stop` was called. */
  start(): Promise<void> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    let lastCode: string | undefined;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#repository.prepare();
        return;
      } catch (error) {
        const code = error instanceof DatabaseUnavailable ? error.code : "fault";
        // Once a kind of trouble, not once an attempt: an outage of an hour must not fill a disk.
        if (code !== lastCode)
          this.#log.warn({ code, reason: reasonOf(error) }, "the database is not set up yet; trying on");
        lastCode = code;
      }
      await pause(this.#pauseMs, this.#stop.signal);
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}

/** Ends early, without an error, when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
