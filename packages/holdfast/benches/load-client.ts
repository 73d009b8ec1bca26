import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

/** What became of one request. Times are ms on the monotonic clock. */
export interface RequestRecord {
  readonly kind: "read" | "rating";
  readonly startedAt: number;
  readonly endedAt: number;
  /** 0 when no answer came. */
  readonly status: number;
  readonly body: string;
  readonly servedBy?: string;
}

export interface LoadReport {
  readonly reads: FaultFigures;
  readonly ratings: FaultFigures;
  readonly records: readonly RequestRecord[];
  readonly acknowledged: number;
  /** Sent, but neither acknowledged nor refused: they may or may not be stored. */
  readonly unknown: number;
}

export interface FaultFigures {
  readonly sent: number;
  readonly failed: number;
  /** From the first failed request's start to the next success's end; the longest such stretch, in ms. */
  readonly longestOutageMs: number;
}

/** A client that loads the page and rates an item at a steady pace, whatever the answers are (an open loop). */
export class LoadClient {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #records: RequestRecord[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #items: readonly string[] = [];

  static async start(
    url: string,
    options: { readonly readsPerSecond: number; readonly ratingsPerSecond: number },
  ): Promise<LoadClient> {
    const client = new LoadClient(url);
    const { payload } = (await (await fetch(`${url}/api/items`)).json()) as { payload: { _id: string }[] };
    client.#items = payload.map((item) => item._id);
    client.#every(options.readsPerSecond, () => client.#read());
    client.#every(options.ratingsPerSecond, () => client.#rate());
    return client;
  }

  private constructor(url: string) {
    this.#url = new URL(url);
  }

  /** Stops asking, waits for the answers that are out, and reports. */
  async stop(): Promise<LoadReport> {
    this.#timers.forEach((timer) => clearInterval(timer));
    await Promise.all(this.#pending);
    this.#agent.destroy();
    const ratings = this.#records.filter((record) => record.kind === "rating");
    return {
      reads: figuresOf(this.#records.filter((record) => record.kind === "read")),
      ratings: figuresOf(ratings),
      records: this.#records,
      acknowledged: ratings.filter((record) => record.status === 200).length,
      unknown: ratings.filter((record) => record.status !== 200).length,
    };
  }

  #every(perSecond: number, act: () => Promise<RequestRecord>): void {
    if (perSecond <= 0) return;
    const timer = setInterval(() => {
      const pending: Promise<void> = act().then((record) => {
        this.#records.push(record);
        this.#pending.delete(pending);
      });
      this.#pending.add(pending);
    }, 1000 / perSecond);
    this.#timers.push(timer);
  }

  #read(): Promise<RequestRecord> {
    return this.#ask("read", "GET", "/api/items/rated");
  }

  #rate(): Promise<RequestRecord> {
    const id = this.#items[this.#records.length % this.#items.length];
    return this.#ask(
      "rating",
      "POST",
      "/api/rate",
      JSON.stringify({ userIp: "192.0.2.1", ratings: [{ id, rating: 4 }] }),
    );
  }

  #ask(kind: RequestRecord["kind"], method: string, path: string, body?: string): Promise<RequestRecord> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const settle = (status: number, text: string, servedBy?: string): void => {
        resolve({ kind, startedAt, endedAt: performance.now(), status, body: text, ...(servedBy ? { servedBy } : {}) });
      };
      const outgoing = request({
        host: this.#url.hostname,
        port: this.#url.port,
        method,
        path,
        agent: this.#agent,
        timeout: 10_000,
        headers:
          body === undefined
            ? {}
            : {
                "content-type": "application/json",
                "content-length": Buffer.byteLength(body),
                "idempotency-key": randomUUID(),
              },
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("timeout")));
      outgoing.on("error", (error) => settle(0, error.message));
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => settle(0, error.message));
        response.on("end", () =>
          settle(
            response.statusCode ?? 0,
            Buffer.concat(chunks).toString(),
            response.headers["x-served-by-site"] as string | undefined,
          ),
        );
      });
      outgoing.end(body);
    });
  }
}

/** The longest time from a failure's start to the end of the next success. */
export function figuresOf(records: readonly RequestRecord[]): FaultFigures {
  const inOrder = [...records].sort((a, b) => a.startedAt - b.startedAt);
  let outageStart: number | undefined;
  let longestOutageMs = 0;
  let lastEnd = 0;
  for (const record of inOrder) {
    lastEnd = Math.max(lastEnd, record.endedAt);
    if (record.status !== 200) outageStart ??= record.startedAt;
    else if (outageStart !== undefined && record.startedAt > outageStart) {
      longestOutageMs = Math.max(longestOutageMs, record.endedAt - outageStart);
      outageStart = undefined;
    }
  }
  if (outageStart !== undefined) longestOutageMs = Math.max(longestOutageMs, lastEnd - outageStart);
  return {
    sent: inOrder.length,
    failed: inOrder.filter((record) => record.status !== 200).length,
    longestOutageMs: Math.round(longestOutageMs),
  };
}

/** All votes that the leaderboard counts now, at a site's own ingress when the application's `host` is given with its address. */
export function countVotes(url: string, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/items/rated`, { headers: host === undefined ? {} : { host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { payload, message } = JSON.parse(Buffer.concat(chunks).toString()) as {
          payload: readonly { votes: number }[];
          message: string;
        };
        if (response.statusCode === 200) resolve(payload.reduce((sum, item) => sum + item.votes, 0));
        else reject(new Error(message));
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
