import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "node:http";
import { idFromKey } from "../../../apps/ratings-api/src/ids.ts";

export interface WriteReport {
  readonly sent: number;
  /** Ids of ratings that were answered with success, at the first attempt or a later one. */
  readonly acknowledged: readonly string[];
  /** Ids that no attempt had an answer for that says what became of them. */
  readonly unknown: readonly string[];
  /** Between one confirmed write and the next, whoever had sent them; ms. */
  readonly longestGapMs: number;
}

const ATTEMPTS = 3;
/** What `Retry-After` says, and longer each time: a client that knocks faster keeps a machine down that wants to come up. */
const RETRY_MS = 1000;

/**
 * Rates at a steady pace, each rating once and under a key of its own; what was not confirmed is sent again with the same key, as a careful client
 * does. So it can be told afterwards which were confirmed and are not there, and which are there twice.
 */
export class UniqueRatings {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #item: string;
  readonly #pending = new Set<Promise<void>>();
  readonly #acknowledged: { readonly id: string; readonly at: number }[] = [];
  readonly #unknown: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  static async start(url: string, perSecond: number): Promise<UniqueRatings> {
    const { payload } = (await (await fetch(`${url}/api/items`)).json()) as { payload: { _id: string }[] };
    return new UniqueRatings(url, payload[0]?._id ?? "", perSecond);
  }

  private constructor(url: string, item: string, perSecond: number) {
    this.#url = new URL(url);
    this.#item = item;
    this.#timer = setInterval(() => {
      const pending = this.#rate().finally(() => this.#pending.delete(pending));
      this.#pending.add(pending);
    }, 1000 / perSecond);
  }

  get acknowledged(): number {
    return this.#acknowledged.length;
  }

  /** Resolves when one more is confirmed than now. */
  async untilNext(): Promise<void> {
    const before = this.#acknowledged.length;
    while (this.#acknowledged.length === before) await sleep(5);
  }

  /** Stops sending, waits for what is out, and reports. */
  async stop(): Promise<WriteReport> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    this.#agent.destroy();
    const times = this.#acknowledged.map(({ at }) => at).sort((a, b) => a - b);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged.map(({ id }) => id),
      unknown: this.#unknown,
      longestGapMs: Math.round(Math.max(0, ...gaps)),
    };
  }

  async #rate(): Promise<void> {
    const key = randomUUID();
    const id = idFromKey("rating", key);
    this.#sent += 1;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const status = await this.#post(key);
      if (status === 200) {
        this.#acknowledged.push({ id, at: performance.now() });
        return;
      }
      if (attempt < ATTEMPTS) await sleep(RETRY_MS * (2 * attempt - 1));
    }
    this.#unknown.push(id);
  }

  /** The status of the answer; 0 when there was none. */
  #post(key: string): Promise<number> {
    const body = JSON.stringify({ userIp: "192.0.2.1", ratings: [{ id: this.#item, rating: 4, ratingId: key }] });
    return new Promise((resolve) => {
      const outgoing = request(
        {
          host: this.#url.hostname,
          port: this.#url.port,
          method: "POST",
          path: "/api/rate",
          agent: this.#agent,
          timeout: 10_000,
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
          response.on("error", () => resolve(0));
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("timeout")));
      outgoing.on("error", () => resolve(0));
      outgoing.end(body);
    });
  }
}
