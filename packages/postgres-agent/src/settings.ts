import { createHash } from "node:crypto";
import { REPLICATOR, SUPERUSER, type AgentConfig } from "./config.ts";

/** Files that the agent renders into the server's data folder; it owns them whole, nothing is merged. */
export const FILES = {
  settings: "postgresql.conf",
  access: "pg_hba.conf",
  names: "pg_ident.conf",
  replicationPassword: "holdfast.pgpass",
} as const;

/** What of the settings changes while the server runs. */
export type Following =
  | { readonly kind: "nobody" }
  | { readonly kind: "upstream"; readonly host: string; readonly address: string; readonly port: number };

export interface ServerSettings {
  readonly following: Following;
  /** Empty: a commit waits for nobody. */
  readonly syncStandbys: readonly string[];
}

/**
 * The whole postgresql.conf. `major` is the server's major version; `folder` its data folder.
 * The last line names the text's own digest, so that a look at `holdfast.revision` in a session tells which text is in effect.
 */
export function renderSettings(config: AgentConfig, major: number, folder: string, wanted: ServerSettings): string {
  const settings: Record<string, string | number> = {
    listen_addresses: config.listenAddress,
    port: config.postgresPort,
    unix_socket_directories: "",
    max_connections: 100,
    shared_buffers: config.sharedBuffers,
    jit: "off",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    lc_messages: "C",

    wal_level: "replica",
    max_wal_senders: 10,
    max_replication_slots: 10,
    wal_keep_size: "128MB",
    // A standby that never comes back must not fill the primary's disk; beyond this it is cloned again.
    max_slot_wal_keep_size: "2GB",
    // Of an unreachable partner the server learns only by these.
    wal_sender_timeout: "5s",
    wal_receiver_timeout: "5s",
    wal_receiver_status_interval: "1s",
    // The default, 5 s, is also how long a promotion may wait.
    wal_retrieve_retry_interval: "100ms",
    recovery_target_timeline: "latest",
    hot_standby: "on",
    // Files of a clone are synced by the server's first start: one call instead of one a file.
    ...(process.platform === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
    synchronous_commit: "on",
    synchronous_standby_names: renderSyncStandbys(wanted.syncStandbys),
    primary_conninfo: renderConnection(config, folder, wanted.following),
    primary_slot_name: wanted.following.kind === "upstream" ? slotName(config.nodeName) : "",

    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 2,
    tcp_keepalives_count: 3,

    log_destination: "stderr",
    logging_collector: "off",
    log_line_prefix: "",
    log_timezone: "UTC",
    log_checkpoints: "off",
    // Statements and the details of errors hold what users wrote: no log of ours repeats it.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    // These settings are the agent's; what ALTER SYSTEM writes would reach a clone, too.
    ...(major >= 17 ? { allow_alter_system: "off" } : {}),
  };
  const body = Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === "number" ? value : quote(value)}\n`)
    .join("");
  return `# Written by holdfast's postgres-agent at every change: edits are lost.\n${body}holdfast.revision = '${revisionOf(body)}'\n`;
}

/** The digest that a rendered postgresql.conf names in its last line. */
export function settingsRevision(rendered: string): string {
  return /^holdfast\.revision = '([0-9a-f]+)'$/m.exec(rendered)?.[1] ?? "";
}

/** Only the agent itself is a superuser over the network, the replicator replicates, the owner reaches its database. */
export function renderAccess(config: AgentConfig): string {
  return [
    `host  all  ${SUPERUSER}  samehost  scram-sha-256`,
    `host  replication  ${REPLICATOR}  all  scram-sha-256`,
    `host  ${SUPERUSER}  ${REPLICATOR}  all  scram-sha-256`,
    `host  "${config.database}"  "${config.owner}"  all  scram-sha-256`,
    "",
  ].join("\n");
}

/** One line of libpq's password file (documentation, "The Password File"): the password stays out of the settings. */
export function renderPasswordFile(password: string): string {
  return `*:*:*:${REPLICATOR}:${password.replace(/[\\:]/g, "\\$&")}\n`;
}

/**
 * A physical slot's name for a standby. Slot names have [a-z0-9_] and 63 bytes at most, site names have [a-z0-9-]; a name
 * that is too long ends in a digest, so that two long names stay two.
 */
export function slotName(standby: string): string {
  const name = `holdfast_${standby.replaceAll("-", "_")}`;
  if (name.length <= 63) return name;
  return `${name.slice(0, 50)}_${createHash("sha256").update(standby).digest("hex").slice(0, 12)}`;
}

/** FIRST n of n: a commit waits until every one of them has it on disk, so that whichever takes over has whatever was acknowledged. */
export function renderSyncStandbys(names: readonly string[]): string {
  if (names.length === 0) return "";
  return `FIRST ${names.length} (${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(", ")})`;
}

/** The names in what `renderSyncStandbys` wrote. */
export function parseSyncStandbys(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"/g)].map(([, name]) => (name ?? "").replaceAll('""', '"'));
}

/** libpq does not know a pod's resolver, so the address is looked up before and given as `hostaddr`. */
function renderConnection(config: AgentConfig, folder: string, following: Following): string {
  if (following.kind === "nobody") return "";
  return Object.entries({
    host: following.host,
    hostaddr: following.address,
    port: following.port,
    user: REPLICATOR,
    passfile: `${folder}/${FILES.replicationPassword}`,
    application_name: config.nodeName,
    connect_timeout: 5,
    keepalives_idle: 10,
    keepalives_interval: 2,
    keepalives_count: 3,
    tcp_user_timeout: 5000,
    gssencmode: "disable",
  })
    .map(([key, value]) => `${key}='${String(value).replace(/[\\']/g, "\\$&")}'`)
    .join(" ");
}

function quote(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function revisionOf(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}
