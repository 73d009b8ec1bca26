/** What the process was told by its environment, checked once. */
export interface Configuration {
  readonly database: DatabaseConfiguration;
  readonly host: string;
  readonly port: number;
  /** The fleet's site this instance runs in; empty when nobody said. */
  readonly site: string;
  readonly logLevel: string;
  readonly shutdownGraceMs: number;
}

export interface DatabaseConfiguration {
  readonly engine: "postgresql" | "mongodb";
  /** Holds the password: never to be logged. */
  readonly url: string;
  /** Where reads go first; equal to `url` when there is no replica. */
  readonly readUrl: string;
  readonly writeDeadlineMs: number;
  readonly readDeadlineMs: number;
  /** Connections in each pool: one for writes, one for reads. */
  readonly poolSize: number;
}

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads all of the environment and reports every problem at once; a problem never repeats a URL, since it holds a password. */
export function parseConfiguration(env: Readonly<Record<string, string | undefined>>): ConfigurationResult {
  const problems: string[] = [];
  const value = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const text = value(name);
    if (text === undefined) return fallback;
    const number = Number(text);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    problems.push(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
    return fallback;
  };

  const urlName = value("DATABASE_URL") === undefined ? "MONGODB_URI" : "DATABASE_URL";
  const url = value(urlName);
  const readUrl = value("DATABASE_READ_URL") ?? url;
  const engine = url === undefined ? undefined : engineOf(url);
  const schemes = "must start with postgresql://, postgres://, mongodb:// or mongodb+srv://";
  if (url === undefined)
    problems.push("DATABASE_URL (or MONGODB_URI) is missing: the database to use, with its user and password");
  else if (engine === undefined) problems.push(`${urlName} ${schemes}`);
  else if (readUrl !== undefined && engineOf(readUrl) !== engine) {
    problems.push(`DATABASE_READ_URL must name a database of the same kind as ${urlName} (${engine})`);
  }
  if (url !== undefined && engine === "postgresql" && !URL.canParse(url)) problems.push(`${urlName} is not a URL`);

  const port = whole("PORT", 3000, 0, 65_535);
  const writeDeadlineMs = whole("WRITE_DEADLINE_MS", 1500, 50, 60_000);
  const readDeadlineMs = whole("READ_DEADLINE_MS", 1000, 50, 60_000);
  const poolSize = whole("DATABASE_POOL_SIZE", 5, 1, 100);
  const shutdownGraceMs = whole("SHUTDOWN_GRACE_MS", 5000, 0, 600_000);
  const logLevel = value("LOG_LEVEL") ?? "info";
  if (!["silent", "fatal", "error", "warn", "info", "debug", "trace"].includes(logLevel)) {
    problems.push(`LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace, not "${logLevel}"`);
  }
  if (problems.length > 0 || url === undefined || readUrl === undefined || engine === undefined)
    return { ok: false, problems };
  return {
    ok: true,
    configuration: {
      database: { engine, url, readUrl, writeDeadlineMs, readDeadlineMs, poolSize },
      host: value("HOST") ?? value("POD_IP") ?? "0.0.0.0",
      port,
      site: value("SITE_NAME") ?? "",
      logLevel,
      shutdownGraceMs,
    },
  };
}

function engineOf(url: string): DatabaseConfiguration["engine"] | undefined {
  if (/^postgres(ql)?:\/\//.test(url)) return "postgresql";
  if (/^mongodb(\+srv)?:\/\//.test(url)) return "mongodb";
  return undefined;
}
