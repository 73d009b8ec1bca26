import pg, { type Client } from "pg";
import { REPLICATOR, SUPERUSER, type AgentConfig } from "./config.ts";
import { scramVerifier, verifies } from "./scram.ts";
import { slotName } from "./settings.ts";

const { escapeIdentifier, escapeLiteral } = pg;

/**
 * Brings a primary's roles, database and access to what the configuration says. Each part is looked at before it is made, so
 * that it is safe to repeat; a password that was changed in its Secret is changed here.
 */
export async function prepareDatabase(client: Client, config: AgentConfig): Promise<void> {
  await ensureRole(client, config.owner, "LOGIN", config.passwords.owner);
  await ensureRole(client, REPLICATOR, "LOGIN REPLICATION", config.passwords.replication);
  await client.query(`
    create schema if not exists holdfast;
    create table if not exists holdfast.promotion (
      sequence bigint generated always as identity primary key,
      id uuid not null default gen_random_uuid(),
      term bigint not null, site text not null, timeline int not null, at timestamptz not null default now());
    grant usage on schema holdfast to ${REPLICATOR};
    grant select on holdfast.promotion to ${REPLICATOR};
    grant execute on function pg_ls_waldir() to ${REPLICATOR}`);
  const { rowCount } = await client.query("select from pg_database where datname = $1", [config.database]);
  if (rowCount === 0) {
    const create = `create database ${escapeIdentifier(config.database)} owner ${escapeIdentifier(config.owner)}`;
    await client.query({ text: create, query_timeout: 60_000 } as pg.QueryConfig);
  }
}

async function ensureRole(client: Client, role: string, attributes: string, password: string): Promise<void> {
  const { rows } = await client.query<{ verifier: string | null }>(
    "select rolpassword as verifier from pg_authid where rolname = $1",
    [role],
  );
  const [existing] = rows;
  if (existing !== undefined && verifies(existing.verifier ?? undefined, password)) return;
  const verb = existing === undefined ? "create" : "alter";
  await client.query(
    `${verb} role ${escapeIdentifier(role)} ${attributes} password ${escapeLiteral(scramVerifier(password))}`,
  );
}

/** Records a promotion (or a beginning) with an identity that no other server can have (lineage.ts). */
export async function recordPromotion(client: Client, term: number, site: string, timeline: number): Promise<void> {
  await client.query("insert into holdfast.promotion (term, site, timeline) values ($1, $2, $3)", [
    term,
    site,
    timeline,
  ]);
}

/** Identities of all promotions, oldest first; none where the table is not there yet. */
export async function promotionsOf(client: Client): Promise<readonly string[]> {
  // Without parameters: a replication connection knows the simple protocol only.
  const exists = await client.query<{ exists: boolean }>(
    "select to_regclass('holdfast.promotion') is not null as exists",
  );
  if (exists.rows[0]?.exists !== true) return [];
  const { rows } = await client.query<{ id: string }>("select id from holdfast.promotion order by sequence");
  return rows.map(({ id }) => id);
}

/**
 * Keeps a physical slot for each of these standbys and drops those of others, which would hold back WAL for nobody. A slot in
 * use is left: its standby is told to go elsewhere by its own controller.
 */
export async function keepSlots(client: Client, standbys: readonly string[]): Promise<void> {
  const wanted = standbys.map(slotName);
  const { rows } = await client.query<{ name: string; active: boolean }>(
    "select slot_name as name, active from pg_replication_slots where slot_type = 'physical' and slot_name like 'holdfast\\_%'",
  );
  for (const { name, active } of rows) {
    if (!active && !wanted.includes(name)) await client.query("select pg_drop_replication_slot($1)", [name]);
  }
  for (const name of wanted) {
    if (!rows.some((row) => row.name === name)) await createSlot(client, name);
  }
}

/** A slot that keeps WAL from now on. That another made it in the same moment is as good. */
export async function createSlot(client: Client, name: string): Promise<void> {
  try {
    await client.query(`select pg_create_physical_replication_slot(${escapeLiteral(name)}, true)`);
  } catch (error) {
    if ((error as { code?: string }).code !== "42710") throw error;
  }
}

/** Where the agent's own sessions go: nothing of what they write waits for a standby. */
export function ownLogin(config: AgentConfig): {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  name: string;
  options: string;
} {
  return {
    host: config.listenAddress,
    port: config.postgresPort,
    user: SUPERUSER,
    password: config.passwords.superuser,
    database: SUPERUSER,
    name: "holdfast-agent",
    options: "-c synchronous_commit=local",
  };
}
