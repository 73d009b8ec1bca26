/** Requests of the last seconds, in buckets of a second: what the live view calls requests a second and failures. */
export interface TrafficFigures {
  readonly requests: number;
  readonly failures: number;
  /** Mean over the window. */
  readonly requestsPerSecond: number;
  /** In the window. */
  readonly recentFailures: number;
  readonly recentRefusedWrites: number;
}

const WINDOW_SECONDS = 10;

interface Bucket {
  second: number;
  requests: number;
  failures: number;
  refusedWrites: number;
}

export class TrafficCounter {
  readonly #now: () => number;
  readonly #buckets: Bucket[] = [];
  #requests = 0;
  #failures = 0;

  /** `now` in ms, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A status of 500 and more is a failure; a refused write (503 to a POST) is counted apart as well. */
  count(method: string, status: number): void {
    const bucket = this.#bucket();
    this.#requests += 1;
    bucket.requests += 1;
    if (status < 500) return;
    this.#failures += 1;
    bucket.failures += 1;
    if (method !== "GET" && method !== "HEAD" && status === 503) bucket.refusedWrites += 1;
  }

  figures(): TrafficFigures {
    const oldest = Math.floor(this.#now() / 1000) - WINDOW_SECONDS;
    const recent = this.#buckets.filter((bucket) => bucket.second > oldest);
    const sum = (field: "requests" | "failures" | "refusedWrites"): number =>
      recent.reduce((total, bucket) => total + bucket[field], 0);
    return {
      requests: this.#requests,
      failures: this.#failures,
      requestsPerSecond: sum("requests") / WINDOW_SECONDS,
      recentFailures: sum("failures"),
      recentRefusedWrites: sum("refusedWrites"),
    };
  }

  #bucket(): Bucket {
    const second = Math.floor(this.#now() / 1000);
    const last = this.#buckets.at(-1);
    if (last?.second === second) return last;
    const fresh = { second, requests: 0, failures: 0, refusedWrites: 0 };
    this.#buckets.push(fresh);
    if (this.#buckets.length > WINDOW_SECONDS + 1) this.#buckets.shift();
    return fresh;
  }
}
