/**
 * Which of two databases a read asks first. Normally the replica near by. After a failure the other one, and one read each
 * `holdMs` tries the replica again: so a replica that swallows packets costs one slow read a quarter of a second, not every read.
 */
export class ReadRoute {
  readonly #holdMs: number;
  #retryAt: number | undefined;

  constructor(holdMs = 250) {
    this.#holdMs = holdMs;
  }

  /** `now` in milliseconds on any monotonic clock. */
  replicaFirst(now: number): boolean {
    if (this.#retryAt === undefined) return true;
    if (now < this.#retryAt) return false;
    // This read is the trial; those that come while it runs do not wait for it.
    this.#retryAt = now + this.#holdMs;
    return true;
  }

  replicaAnswered(): void {
    this.#retryAt = undefined;
  }

  replicaFailed(now: number): void {
    this.#retryAt = now + this.#holdMs;
  }
}
