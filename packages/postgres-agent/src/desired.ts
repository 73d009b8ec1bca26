import type { DesiredState, WritableUntil } from "./contract.ts";

export type ParsedDesired =
  { readonly ok: true; readonly desired: DesiredState } | { readonly ok: false; readonly problems: readonly string[] };

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const KEYS = new Set(["role", "term", "revision", "writable", "upstream", "syncStandbys", "standbys", "initialize"]);

/** The body of PUT /v1/desired. Everything that is wrong with it is said at once; an unknown key is a typo. */
export function parseDesired(body: unknown): ParsedDesired {
  if (!isRecord(body)) return { ok: false, problems: ["the body is not a JSON object"] };
  const problems = Object.keys(body)
    .filter((key) => !KEYS.has(key))
    .map((key) => `${key} is not known`);

  const { role, term, revision, initialize } = body;
  if (role !== "primary" && role !== "standby" && role !== "fenced")
    problems.push("role is not primary, standby or fenced");
  if (!isCount(term)) problems.push("term is not a whole number from 0");
  if (revision !== undefined && !isCount(revision)) problems.push("revision is not a whole number from 0");
  if (initialize !== undefined && typeof initialize !== "boolean") problems.push("initialize is not true or false");
  const syncStandbys = parseNames(body, "syncStandbys", problems);
  const standbys = parseNames(body, "standbys", problems);
  const writable = body["writable"] === undefined ? undefined : parseWritable(body["writable"], problems);
  const upstream = body["upstream"] === undefined ? undefined : parseUpstream(body["upstream"], problems);
  if (role === "standby" && body["upstream"] === undefined)
    problems.push("upstream is missing: a standby follows somebody");

  if (problems.length > 0) return { ok: false, problems };
  const desired = {
    role: role as DesiredState["role"],
    term: term as number,
    ...(revision === undefined ? {} : { revision: revision as number }),
    ...(writable === undefined ? {} : { writable }),
    ...(upstream === undefined ? {} : { upstream }),
    syncStandbys,
    standbys,
    ...(initialize === undefined ? {} : { initialize: initialize as boolean }),
  };
  return { ok: true, desired };
}

function parseNames(body: Record<string, unknown>, key: string, problems: string[]): readonly string[] {
  const value = body[key];
  if (
    !Array.isArray(value) ||
    value.length > 9 ||
    !value.every((each) => typeof each === "string" && NAME.test(each))
  ) {
    problems.push(`${key} is not a list of at most 9 site names`);
    return [];
  }
  if (new Set(value).size !== value.length) problems.push(`${key} names a site twice`);
  return value as string[];
}

function parseWritable(value: unknown, problems: string[]): WritableUntil {
  const { clock, untilMs } = isRecord(value) ? value : {};
  if (typeof clock !== "string" || clock === "") problems.push("writable.clock is not the id of an agent's clock");
  if (typeof untilMs !== "number") problems.push("writable.untilMs is not a number");
  return { clock: clock as string, untilMs: untilMs as number };
}

function parseUpstream(value: unknown, problems: string[]): DesiredState["upstream"] {
  const { host, port } = isRecord(value) ? value : {};
  if (typeof host !== "string" || !/^[A-Za-z0-9.:_-]{1,253}$/.test(host))
    problems.push("upstream.host is not a host name or address");
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535)
    problems.push("upstream.port is not a port");
  return { host: host as string, port: port as number };
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the agent remembers of orders, over its own restarts. */
export interface OrderMemory {
  /** The highest seen. */
  readonly term: number;
  /** The highest seen in that term. */
  readonly revision: number;
  /** The last term in which it was told to follow somebody. */
  readonly followedTerm: number;
}

/** Why an order is out of date, or nothing. */
export function refuseOutdated(desired: DesiredState, memory: OrderMemory): string | undefined {
  if (desired.term < memory.term) return `term ${desired.term} is over: the latest is ${memory.term}`;
  const { revision = 0 } = desired;
  if (desired.term === memory.term && revision < memory.revision) {
    return `revision ${revision} of term ${desired.term} is over: the latest is ${memory.revision}`;
  }
  if (desired.role === "primary" && desired.term <= memory.followedTerm) {
    return `a standby of term ${memory.followedTerm} becomes primary only in a later term`;
  }
  return undefined;
}
