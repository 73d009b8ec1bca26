import { lookup } from "node:dns/promises";
import pg, { type Client } from "pg";
import { REPLICATOR, SUPERUSER, type AgentConfig } from "./config.ts";
import { parseTimelineHistory, type OwnData, type UpstreamData } from "./lineage.ts";
import { parseLsn, type Lsn } from "./lsn.ts";
import { createSlot, promotionsOf } from "./prepare.ts";
import { close, connectForReplication, type Login } from "./session.ts";
import { slotName, type Following } from "./settings.ts";

type Upstream = Extract<Following, { kind: "upstream" }>;

/** Looks up the upstream's address now: a name may lead elsewhere after a while. */
export async function resolveUpstream({ host, port }: { host: string; port: number }): Promise<Upstream> {
  const { address } = await lookup(host);
  return { kind: "upstream", host, address, port };
}

/** Opens a replication connection to the upstream, hands it over, and ends it. The signal ends it at once. */
export async function withUpstream<T>(
  config: AgentConfig,
  upstream: Upstream,
  signal: AbortSignal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connectForReplication(upstreamLogin(config, upstream));
  const abort = (): void => close(client);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    return await use(client);
  } finally {
    signal.removeEventListener("abort", abort);
    close(client);
  }
}

function upstreamLogin(config: AgentConfig, upstream: Upstream): Login {
  return {
    host: upstream.address,
    port: upstream.port,
    user: REPLICATOR,
    password: config.passwords.replication,
    database: SUPERUSER,
    name: `${config.nodeName}/agent`,
  };
}

/** Gives this standby a slot there, anew when the old one lost what it was to keep. From then on WAL is kept for it. */
export async function ensureOwnSlot(client: Client, config: AgentConfig): Promise<void> {
  const name = slotName(config.nodeName);
  const { rows } = await client.query<{ wal_status: string | null }>(
    `select wal_status from pg_replication_slots where slot_name = ${pg.escapeLiteral(name)}`,
  );
  const [slot] = rows;
  if (slot !== undefined && slot.wal_status !== "lost") return;
  if (slot !== undefined) await client.query(`select pg_drop_replication_slot(${pg.escapeLiteral(name)})`);
  await createSlot(client, name);
}

export async function isInRecovery(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ recovering: boolean }>("select pg_is_in_recovery() as recovering");
  return rows[0]?.recovering !== false;
}

/** What an upstream knows of itself (lineage.ts). */
export async function examineUpstream(client: Client): Promise<UpstreamData> {
  const { systemIdentifier, timeline, position } = await identify(client);
  const { rows } = await client.query<{ segment_bytes: string; oldest: string | null }>(`
    select (select setting from pg_settings where name = 'wal_segment_size') as segment_bytes,
      (select min(substr(name, 9)) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$') as oldest`);
  const walSegmentBytes = Number(rows[0]?.segment_bytes);
  return {
    inRecovery: await isInRecovery(client),
    systemIdentifier,
    timeline,
    position,
    history: timeline === 1 ? [] : await timelineHistory(client, timeline),
    promotions: await promotionsOf(client),
    walSegmentBytes,
    oldestSegment: segmentNumber(rows[0]?.oldest ?? "", walSegmentBytes),
  };
}

/**
 * What this server has. By a replication connection to itself: only IDENTIFY_SYSTEM tells the timeline that a server in
 * recovery has come to; pg_control_recovery() may be one behind.
 */
export async function examineOwn(login: Login, position: Lsn, promotionUnrecorded: boolean): Promise<OwnData> {
  const client = await connectForReplication(login);
  try {
    const { systemIdentifier, timeline } = await identify(client);
    return { systemIdentifier, timeline, position, promotions: await promotionsOf(client), promotionUnrecorded };
  } finally {
    close(client);
  }
}

async function identify(client: Client): Promise<{ systemIdentifier: string; timeline: number; position: Lsn }> {
  const { rows } = await client.query<{ systemid: string; timeline: string; xlogpos: string }>("IDENTIFY_SYSTEM");
  const position = parseLsn(rows[0]?.xlogpos ?? "");
  if (rows[0] === undefined || position === undefined) throw new Error("IDENTIFY_SYSTEM was not answered");
  return { systemIdentifier: rows[0].systemid, timeline: Number(rows[0].timeline), position };
}

async function timelineHistory(client: Client, timeline: number): Promise<UpstreamData["history"]> {
  const { rows } = await client.query<{ content: string | Buffer }>(`TIMELINE_HISTORY ${timeline}`);
  return parseTimelineHistory(rows[0]?.content.toString() ?? "?");
}

/** A WAL file's name, without its timeline, is the number of 4 GiB and the number of the segment in them. */
function segmentNumber(name: string, segmentBytes: number): bigint {
  const perLog = 0x1_0000_0000n / BigInt(segmentBytes);
  return BigInt(`0x${name.slice(0, 8)}`) * perLog + BigInt(`0x${name.slice(8)}`);
}
