import { isAbsolute, resolve } from "node:path";

/** What the agent is started with, read once from the environment. */
export interface AgentConfig {
  /** Persistent; the server's own data stands in `data` below it. */
  readonly dataFolder: string;
  /** The site's name: how this server calls itself when it follows another (application_name). */
  readonly nodeName: string;
  /** Both the server and the agent listen on this address only. */
  readonly listenAddress: string;
  readonly postgresPort: number;
  readonly agentPort: number;
  readonly database: string;
  readonly owner: string;
  readonly passwords: { readonly owner: string; readonly superuser: string; readonly replication: string };
  readonly token: string;
  /** PostgreSQL's own unit and default ("128MB"). */
  readonly sharedBuffers: string;
  readonly binariesFolder?: string;
  readonly templateFolder?: string;
  readonly nativeFolder?: string;
}

export const SUPERUSER = "postgres";
export const REPLICATOR = "replicator";

type Environment = Readonly<Record<string, string | undefined>>;
export type ParsedConfig =
  { readonly ok: true; readonly config: AgentConfig } | { readonly ok: false; readonly problems: readonly string[] };

/** Reports every problem at once, by the variable's name and never with the value of a secret. */
export function parseConfig(environment: Environment): ParsedConfig {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = environment[name] ?? "";
    if (value === "") problems.push(`${name} is not set`);
    return value;
  };
  const port = (name: string, fallback: number): number => {
    const text = environment[name] ?? String(fallback);
    const value = Number(text);
    if (!/^\d{1,5}$/.test(text) || value < 1 || value > 65535) problems.push(`${name} is not a port: ${text}`);
    return value;
  };
  const matching = (name: string, value: string, pattern: RegExp, what: string): string => {
    if (value !== "" && !pattern.test(value)) problems.push(`${name} is not ${what}: ${value}`);
    return value;
  };
  const folder = (name: string): string | undefined => {
    const value = environment[name];
    if (value !== undefined && value !== "" && !isAbsolute(value))
      problems.push(`${name} is not an absolute path: ${value}`);
    return value === "" ? undefined : value;
  };

  const identifier = /^[a-z_][a-z0-9_-]{0,62}$/;
  const owner = matching("OWNER", required("OWNER"), identifier, "a name of PostgreSQL");
  if (owner === SUPERUSER || owner === REPLICATOR)
    problems.push(`OWNER is a role that the agent keeps for itself: ${owner}`);
  const binariesFolder = folder("POSTGRES_BIN_DIR");
  const templateFolder = folder("TEMPLATE_CACHE_DIR");
  const nativeFolder = folder("NATIVE_CACHE_DIR");
  const config: AgentConfig = {
    dataFolder: resolve(required("DATA_DIR")),
    nodeName: matching("NODE_NAME", required("NODE_NAME"), /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a DNS label"),
    listenAddress: matching("LISTEN_ADDRESS", required("LISTEN_ADDRESS"), /^[0-9a-fA-F.:]+$/, "an IP address"),
    postgresPort: port("PGPORT", 5432),
    agentPort: port("AGENT_PORT", 8432),
    database: matching("DATABASE", required("DATABASE"), identifier, "a name of PostgreSQL"),
    owner,
    passwords: {
      owner: required("OWNER_PASSWORD"),
      superuser: required("SUPERUSER_PASSWORD"),
      replication: required("REPLICATION_PASSWORD"),
    },
    token: required("AGENT_TOKEN"),
    sharedBuffers: matching(
      "SHARED_BUFFERS",
      environment["SHARED_BUFFERS"] ?? "128MB",
      /^\d+(kB|MB|GB)$/,
      "a size such as 128MB",
    ),
    ...(binariesFolder === undefined ? {} : { binariesFolder }),
    ...(templateFolder === undefined ? {} : { templateFolder }),
    ...(nativeFolder === undefined ? {} : { nativeFolder }),
  };
  for (const [name, value] of Object.entries(config.passwords)) {
    // Anything else would have to be normalised (SASLprep, RFC 4013) in exactly the same way by every client.
    if (!/^[\x20-\x7e]*$/.test(value))
      problems.push(`the password of the ${name} has other than printable ASCII characters`);
  }
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}
