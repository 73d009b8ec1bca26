import type { Client } from "pg";
import type { Log } from "./log.ts";
import { observe, type Snapshot } from "./observe.ts";
import type { PostgresServer } from "./server.ts";
import { close, connect, type Login } from "./session.ts";

/** Milliseconds for which an answer counts as fresh: many who ask at once cost one question. */
const FRESH_MS = 100;

/** What can be seen of a server through the one session that the agent keeps with it. */
export class ServerView {
  readonly #server: PostgresServer;
  readonly #login: Login;
  readonly #log: Log;
  #session: Promise<Client> | undefined;
  #seen: { readonly snapshot: Snapshot; readonly at: number; readonly start: number } | undefined;
  #looking: Promise<Snapshot | undefined> | undefined;
  /** Of which start of the server is it known that it has read all WAL on disk (observe.ts)? */
  #readAllOfStart = -1;
  #promotionOfStart = -1;

  constructor(server: PostgresServer, login: Login, log: Log) {
    this.#server = server;
    this.#login = login;
    this.#log = log;
  }

  /** What it said last since it was started. */
  get last(): Snapshot | undefined {
    return this.#server.lives && this.#seen?.start === this.#server.starts ? this.#seen.snapshot : undefined;
  }

  /** May it become writable at any moment, though it is in recovery still? */
  get promoting(): boolean {
    return this.#server.lives && this.#promotionOfStart === this.#server.starts && this.last?.inRecovery !== false;
  }

  /** From here on it is about to be promoted: that cannot be called back, only ended with the server. */
  expectPromotion(): void {
    this.#promotionOfStart = this.#server.starts;
  }

  /** May something write to it, now or in a moment? Yes, unless it is known to be in recovery and to stay there. */
  get mayBeWritable(): boolean {
    return this.#server.lives && (this.promoting || !(this.last?.inRecovery ?? this.#server.markedForRecovery));
  }

  /** What it says now, or said at most `maxAgeMs` ago; undefined when it does not answer. Never two questions at once. */
  async look(maxAgeMs = FRESH_MS): Promise<Snapshot | undefined> {
    const { last } = this;
    if (last !== undefined && this.#seen !== undefined && performance.now() - this.#seen.at < maxAgeMs) return last;
    this.#looking ??= this.#ask().finally(() => (this.#looking = undefined));
    return await this.#looking;
  }

  async #ask(): Promise<Snapshot | undefined> {
    if (!this.#server.lives) return undefined;
    const start = this.#server.starts;
    try {
      const { snapshot, readAll } = await observe(await this.session(), this.#readAllOfStart === start);
      if (start !== this.#server.starts) return undefined;
      if (readAll) this.#readAllOfStart = start;
      this.#seen = { snapshot, at: performance.now(), start };
      return snapshot;
    } catch (error) {
      this.#log.debug({ error: (error as Error).message }, "the server does not answer");
      this.disconnect();
      return undefined;
    }
  }

  /** The session, opened when it is not open. Rejects when the server does not take it. */
  async session(): Promise<Client> {
    this.#session ??= connect(this.#login);
    return await this.#session;
  }

  /** Gives the session up, and with it whatever is waited for in it. */
  disconnect(): void {
    void this.#session?.then(close, () => undefined);
    this.#session = undefined;
  }
}
