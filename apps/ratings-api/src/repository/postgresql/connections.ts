import net from "node:net";
import { performance } from "node:perf_hooks";
import pg from "pg";
import type { PoolState } from "../contract.ts";
import { LATE, withDeadline } from "../deadline.ts";

/** No connection was to be had, so nothing was sent: whatever was wanted did certainly not happen. */
export class NoConnection extends Error {
  override readonly name = "NoConnection";
  readonly code: string;

  constructor(cause: unknown) {
    super("no connection to the database", { cause });
    this.code = errorCode(cause) ?? "timeout";
  }
}

/** The statement was sent and no answer came in time: it may be done, or may be still in the doing. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** The server process that still has the statement. */
  readonly processId: number | null;

  constructor(processId: number | null) {
    super("no answer from the database in time");
    this.processId = processId;
  }
}

/**
 * A client that owns its socket, so that a connection can be closed at once. `end()` says goodbye first and then waits for a server
 * that may never read it, and cancelling is out of the question: a commit whose wait for the standby is cancelled reports success.
 */
export class Client extends pg.Client {
  readonly #socket: net.Socket;
  declare readonly processID: number | null;

  constructor(config: pg.ClientConfig) {
    const socket = new net.Socket();
    super({ ...config, stream: () => socket });
    this.#socket = socket;
    // A connection can break while it is checked out; whoever uses it learns it from the query.
    this.on("error", () => undefined);
  }

  closeNow(): void {
    this.#socket.destroy();
  }
}

interface Settings extends pg.PoolConfig {
  readonly name: PoolState["name"];
  readonly connectionString: string;
  readonly max: number;
}

/** A bounded pool of connections to one database, in which no call outlasts its deadline. */
export class Connections {
  readonly #name: PoolState["name"];
  readonly #pool: pg.Pool;
  readonly #idle = new Set<Client>();
  /** Set while the database could not be reached: the one attempt whose outcome all who ask meanwhile share. */
  #attempt: Promise<NoConnection | undefined> | undefined;
  #unreachable = false;

  constructor({ name, ...config }: Settings, onLost: (code: string) => void) {
    this.#name = name;
    this.#pool = new pg.Pool({
      connectionTimeoutMillis: 500,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: "ratings-api",
      ...config,
      // The type wants a constructor without arguments; the pool passes its configuration.
      Client: Client as unknown as new () => pg.ClientBase,
    });
    this.#pool.on("acquire", (client) => this.#idle.delete(client as unknown as Client));
    this.#pool.on("release", (error, client) => {
      // The type says Error; without one the pool passes undefined.
      if ((error as Error | undefined) === undefined) this.#idle.add(client as unknown as Client);
    });
    this.#pool.on("remove", (client) => this.#idle.delete(client as unknown as Client));
    this.#pool.on("error", (error, client) => {
      this.#idle.delete(client as unknown as Client);
      onLost(errorCode(error) ?? "closed");
    });
  }

  state(): PoolState {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { name: this.#name, open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /**
   * Runs `work` on a connection of its own. Rejects with NoConnection, NoAnswer, pg's DatabaseError, or what else broke the connection.
   * A connection that did not behave is closed, and the idle ones with it: they led to the same server.
   */
  async use<T>(deadlineMs: number, work: (client: Client) => Promise<T>): Promise<T> {
    const start = performance.now();
    const { client, release } = await this.#checkOut(deadlineMs);
    try {
      const result = await withDeadline(work(client), deadlineMs - (performance.now() - start));
      if (result === LATE) throw new NoAnswer(client.processID);
      release();
      return result;
    } catch (error) {
      if (isHarmless(error)) {
        release();
      } else {
        client.closeNow();
        release(true);
        for (const idle of this.#idle) idle.closeNow();
      }
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  /**
   * A database that comes back is met by one connection first. A crowd of them would keep a new primary busy with their logins, each of which
   * costs it as much as a dozen writes, while nobody is served.
   */
  async #untilReachable(deadlineMs: number): Promise<void> {
    while (this.#attempt !== undefined) {
      const outcome = await withDeadline(this.#attempt, deadlineMs);
      if (outcome === LATE) throw new NoConnection(undefined);
      if (outcome !== undefined) throw outcome;
    }
  }

  #connect(): Promise<pg.PoolClient> {
    const connecting = this.#pool.connect();
    const attempt = connecting.then(
      () => undefined,
      (error: unknown) => new NoConnection(error),
    );
    if (this.#unreachable) this.#attempt = attempt;
    void attempt.then((failure) => {
      // With some open, it was only the wait for one of them that took too long.
      this.#unreachable = failure !== undefined && this.#pool.totalCount === 0;
      if (this.#attempt === attempt) this.#attempt = undefined;
    });
    return connecting;
  }

  async #checkOut(deadlineMs: number): Promise<{ client: Client; release: (close?: boolean) => void }> {
    const start = performance.now();
    // Without a pause between this and the attempt, or all would find that nobody tries yet.
    if (this.#attempt !== undefined) await this.#untilReachable(deadlineMs);
    const connecting = this.#connect();
    let client: pg.PoolClient | typeof LATE;
    try {
      client = await withDeadline(connecting, deadlineMs - (performance.now() - start));
    } catch (error) {
      throw new NoConnection(error);
    }
    if (client === LATE) {
      connecting.then(
        (late) => late.release(),
        () => undefined,
      );
      throw new NoConnection(undefined);
    }
    const checkedOut = client;
    return {
      client: checkedOut as unknown as Client,
      release: (close = false) => checkedOut.release(close || undefined),
    };
  }
}

/** SQLSTATE or system error code. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The statement failed, but the session is sound and the server is the one to talk to. */
function isHarmless(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR" && error.code !== "25006";
}
