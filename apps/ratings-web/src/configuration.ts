import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the process was told by its environment, checked once. */
export interface Configuration {
  /** Base URL of the API, with its scheme; its path is put before `/api/...`. */
  readonly api: URL;
  readonly apiConnectTimeoutMs: number;
  /** From the request to the head of the answer, a second attempt included. Above the API's own deadlines, so that its answer wins. */
  readonly apiTimeoutMs: number;
  readonly host: string;
  readonly port: number;
  readonly site: string;
  readonly staticFolder: string;
  readonly logLevel: string;
  readonly shutdownGraceMs: number;
}

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads all of the environment and reports every problem at once. `bundleUrl` is where the running program lies: its page lies beside it. */
export function parseConfiguration(
  env: Readonly<Record<string, string | undefined>>,
  bundleUrl: string,
): ConfigurationResult {
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

  const apiText = value("API");
  const api = apiText !== undefined && URL.canParse(apiText) ? new URL(apiText) : undefined;
  if (apiText === undefined)
    problems.push("API is missing: the base URL of the ratings API, such as http://ratings-api:3000");
  else if (api === undefined || !["http:", "https:"].includes(api.protocol)) {
    problems.push(`API must be a URL that starts with http:// or https://, not "${apiText}"`);
  }
  const logLevel = value("LOG_LEVEL") ?? "info";
  if (!["silent", "fatal", "error", "warn", "info", "debug", "trace"].includes(logLevel)) {
    problems.push(`LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace, not "${logLevel}"`);
  }
  const numbers = {
    port: whole("PORT", 8080, 0, 65_535),
    apiConnectTimeoutMs: whole("API_CONNECT_TIMEOUT_MS", 500, 10, 60_000),
    apiTimeoutMs: whole("API_TIMEOUT_MS", 3000, 50, 600_000),
    shutdownGraceMs: whole("SHUTDOWN_GRACE_MS", 5000, 0, 600_000),
  };
  if (problems.length > 0 || api === undefined) return { ok: false, problems };
  return {
    ok: true,
    configuration: {
      api,
      ...numbers,
      host: value("HOST") ?? value("POD_IP") ?? "0.0.0.0",
      site: value("SITE_NAME") ?? "",
      staticFolder: value("STATIC_DIR") ?? join(dirname(fileURLToPath(bundleUrl)), "ratings-web"),
      logLevel,
    },
  };
}
