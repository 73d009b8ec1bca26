/** A time in which no write was acknowledged anywhere. */
export interface Outage {
  readonly fromMs: number;
  readonly ms: number;
}

/** Collects the pauses between acknowledged writes that are longer than clients and commits explain. */
export class OutageCounter {
  readonly outages: Outage[] = [];
  #lastMs: number | undefined;
  readonly #leastMs: number;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  acknowledged(nowMs: number): void {
    this.#close(nowMs);
    this.#lastMs = nowMs;
  }

  /** At the end of the run: a pause that lasts until then counts, too. */
  close(nowMs: number): void {
    this.#close(nowMs);
  }

  #close(nowMs: number): void {
    // Before the first write there is no service to be missed.
    if (this.#lastMs !== undefined && nowMs - this.#lastMs >= this.#leastMs)
      this.outages.push({ fromMs: this.#lastMs, ms: nowMs - this.#lastMs });
  }
}
