import type { Log } from "../ports/index.ts";

/**
 * Tells the trouble of one loop: the same trouble once until it changes or is over, so that a dead neighbour does not fill
 * the disk with lines.
 */
export class Trouble {
  readonly #name: string;
  readonly #log: Log;
  #told = "";

  constructor(name: string, log: Log) {
    this.#name = name;
    this.#log = log;
  }

  tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.#told) this.#log.warn(`${this.#name}: ${reason}`);
    this.#told = reason;
  }

  over(): void {
    if (this.#told !== "") this.#log.info(`${this.#name}: going on`);
    this.#told = "";
  }
}
