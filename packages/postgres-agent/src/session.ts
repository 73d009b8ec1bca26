import { isIP } from "node:net";
import pg from "pg";

/** Where and as whom. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Shown in pg_stat_replication; must never be a standby's own name, or a commit could wait for it. */
  readonly name: string;
  readonly options?: string;
}

/** Milliseconds until a connection, or an answer, counts as failed. */
const CONNECT_MS = 2_000;
const ANSWER_MS = 2_000;

export async function connect(login: Login): Promise<pg.Client> {
  return await open(login, {});
}

/** A connection that takes SQL and also the commands of the replication protocol. */
export async function connectForReplication(login: Login): Promise<pg.Client> {
  // Not in the type, but in pg since version 8.
  return await open(login, { replication: "database", query_timeout: 0 } as pg.ClientConfig);
}

async function open(login: Login, more: pg.ClientConfig): Promise<pg.Client> {
  if (isIP(login.host) === 0) throw new Error(`${login.host} is not an address`);
  const { name, ...where } = login;
  const client = new pg.Client({
    ...where,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...more,
  });
  // A connection that breaks while nothing is asked: the next question finds out.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    close(client);
    throw error;
  }
}

/** Ends a connection without waiting for the other side, which may not be there any more. */
export function close(client: pg.Client): void {
  void client.end().catch(() => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
