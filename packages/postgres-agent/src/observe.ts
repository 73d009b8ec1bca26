import type { Client } from "pg";
import type { ReplicaState } from "./contract.ts";
import { latest, parseLsn, type Lsn } from "./lsn.ts";

/** One look at a server that answers. */
export interface Snapshot {
  readonly inRecovery: boolean;
  /** Which postgresql.conf is in effect (settings.ts). */
  readonly settingsRevision: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** Primary: end of WAL flushed. In recovery: end of WAL received and flushed; absent until all that is on disk was read. */
  readonly position?: Lsn;
  readonly replayPosition?: Lsn;
  readonly streaming: boolean;
  readonly receiving: boolean;
  /** As the setting's text. */
  readonly syncStandbyNames: string;
  readonly replicas: readonly ReplicaState[];
}

interface Row {
  readonly in_recovery: boolean;
  readonly revision: string | null;
  readonly system_identifier: string;
  readonly flushed: string | null;
  readonly writing_timeline: number | null;
  readonly received: string | null;
  readonly replayed: string | null;
  readonly recovered_timeline: number;
  readonly receiver_status: string | null;
  readonly receiver_timeline: number | null;
  readonly receiving: boolean;
  readonly startup_waits: boolean | null;
  readonly sync_names: string;
  readonly replicas: readonly ReplicaRow[];
}

interface ReplicaRow {
  readonly name: string;
  readonly state: string;
  readonly sync_state: ReplicaState["syncState"];
  readonly flushed: string | null;
  readonly replayed: string | null;
  readonly lag: number | null;
  readonly replied: string | null;
}

const QUERY = `
with activity as materialized (select backend_type, wait_event from pg_stat_activity)
select recovering as in_recovery,
  current_setting('holdfast.revision', true) as revision,
  (select system_identifier::text from pg_control_system()) as system_identifier,
  case when not recovering then pg_current_wal_flush_lsn()::text end as flushed,
  case when not recovering then ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end as writing_timeline,
  pg_last_wal_receive_lsn()::text as received,
  pg_last_wal_replay_lsn()::text as replayed,
  greatest((select min_recovery_end_timeline from pg_control_recovery()), (select timeline_id from pg_control_checkpoint())) as recovered_timeline,
  receiver.status as receiver_status,
  receiver.received_tli as receiver_timeline,
  exists (select from activity where backend_type = 'walreceiver') as receiving,
  (select wait_event in ('RecoveryWalStream', 'RecoveryRetrieveRetryInterval') from activity where backend_type = 'startup') as startup_waits,
  current_setting('synchronous_standby_names') as sync_names,
  (select coalesce(json_agg(json_build_object('name', application_name, 'state', state, 'sync_state', sync_state,
      'flushed', flush_lsn::text, 'replayed', replay_lsn::text, 'replied', reply_time::text,
      'lag', case when not recovering then pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn) end) order by application_name), '[]')
    from pg_stat_replication where state <> 'startup') as replicas
from (select pg_is_in_recovery() as recovering) as server
left join pg_stat_wal_receiver as receiver on true`;

/**
 * Looks. `readAll`: is it known from an earlier look that this server, since it was started, has read all WAL that it has on
 * disk? Before that its position would be told too low, and a server that acknowledged more could lose an election.
 */
export async function observe(client: Client, readAll: boolean): Promise<{ snapshot: Snapshot; readAll: boolean }> {
  // By name, so that the connection plans it once: planning costs more than looking.
  const result = await client.query<Row>({ name: "observe", text: QUERY });
  const [row] = result.rows;
  if (row === undefined) throw new Error("the server answered nothing");
  // It asks an upstream, or waits for a next try, only after it has read what it has itself.
  const knows = readAll || !row.in_recovery || row.startup_waits === true || row.received !== null;
  const received = lsn(row.received);
  const replayed = lsn(row.replayed);
  const position = row.in_recovery ? (knows ? latest(received, replayed) : undefined) : lsn(row.flushed);
  const snapshot: Snapshot = {
    inRecovery: row.in_recovery,
    settingsRevision: row.revision ?? "",
    systemIdentifier: row.system_identifier,
    timeline: row.writing_timeline ?? Math.max(row.recovered_timeline, row.receiver_timeline ?? 0),
    ...(position === undefined ? {} : { position }),
    ...(replayed === undefined || !row.in_recovery ? {} : { replayPosition: replayed }),
    streaming: row.receiver_status === "streaming",
    receiving: row.receiving,
    syncStandbyNames: row.sync_names,
    replicas: row.replicas.map(toReplica),
  };
  return { snapshot, readAll: knows };
}

function toReplica(row: ReplicaRow): ReplicaState {
  return {
    name: row.name,
    state: row.state,
    syncState: row.sync_state,
    ...(row.flushed === null ? {} : { flushPosition: row.flushed }),
    ...(row.replayed === null ? {} : { replayPosition: row.replayed }),
    ...(row.lag === null ? {} : { lagBytes: Math.max(0, row.lag) }),
    ...(row.replied === null ? {} : { replyTime: row.replied }),
  };
}

function lsn(text: string | null): Lsn | undefined {
  return text === null ? undefined : parseLsn(text);
}
