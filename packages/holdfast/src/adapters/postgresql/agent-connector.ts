import { Agent, request } from "node:http";
import type { RequestOptions } from "node:http";
import type {
  AgentAddress,
  DatabaseConnector,
  DatabaseControl,
  DatabaseState,
  DesiredDatabase,
} from "../../ports/index.ts";

const ANSWER_OCTETS_MAX = 256 * 1024;

/**
 * Reaches the agents that run PostgreSQL (postgres-agent's contract): HTTP within one cluster, a bearer token, one kept
 * connection an agent. `timeoutMs` bounds each request as a whole: an agent that hangs must not hold the controller's loop.
 */
export function agentConnector({ timeoutMs = 1000 } = {}): DatabaseConnector & { close(): void } {
  const connections = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    connect: (agent): DatabaseControl => ({
      state: (signal) => ask(agent, "GET", "/v1/state", undefined, signal),
      desire: (desired: DesiredDatabase, signal) => ask(agent, "PUT", "/v1/desired", JSON.stringify(desired), signal),
    }),
    close: () => connections.destroy(),
  };

  async function ask(
    { host, port, token }: AgentAddress,
    method: "GET" | "PUT",
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<DatabaseState> {
    const doing = `${method} ${path} of the agent at ${host}:${port}`;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
      }),
    };
    const limit = limited(signal, timeoutMs);
    const options = { host, port, method, path, headers, agent: connections, signal: limit.signal };
    const { status, text } = await exchange(options, body)
      .catch((cause: unknown) => {
        const slow = limit.signal.aborted && !signal.aborted;
        throw new Error(`${doing} failed: ${slow ? `no answer within ${timeoutMs} ms` : reasonOf(cause)}`, { cause });
      })
      .finally(limit.end);
    if (status !== 200 && status !== 202) throw new Error(`${doing} was refused with ${status}${whyOf(text)}`);
    const state = parseState(text);
    if (state === undefined) throw new Error(`${doing} was answered with something that is no state`);
    return state;
  }
}

/** Aborts with `signal` or after the time. Not AbortSignal.any, which would stay with a signal that lives as long as we do. */
function limited(signal: AbortSignal, timeoutMs: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const give = new AbortController();
  const stop = () => give.abort();
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return {
    signal: give.signal,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    },
  };
}

function exchange(options: RequestOptions, body: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      let octets = 0;
      response.on("data", (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > ANSWER_OCTETS_MAX) sent.destroy(new Error("the answer is too long"));
        chunks.push(chunk);
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code ?? message;
}

const WHY_MAX = 500;

/** The agent's own words, for the log: of a 409 they tell an order that is out of date from a lease that came too late. */
function whyOf(text: string): string {
  try {
    const { problems } = JSON.parse(text) as { problems?: unknown };
    return Array.isArray(problems) && problems.length > 0 ? `: ${problems.join("; ").slice(0, WHY_MAX)}` : "";
  } catch {
    return "";
  }
}

const ROLES: ReadonlySet<string> = new Set<DatabaseState["role"]>([
  "primary",
  "standby",
  "fenced",
  "starting",
  "cloning",
  "stopped",
]);

/** The parts that decisions rest on are checked; the rest is for people. */
function parseState(text: string): DatabaseState | undefined {
  try {
    const state = JSON.parse(text) as Partial<DatabaseState>;
    const good =
      ROLES.has(state.role ?? "") &&
      Number.isSafeInteger(state.term) &&
      Number.isSafeInteger(state.revision) &&
      Number.isSafeInteger(state.settledRevision) &&
      typeof state.clock?.id === "string" &&
      typeof state.clock.nowMs === "number" &&
      Array.isArray(state.syncStandbys) &&
      Array.isArray(state.replicas);
    return good ? (state as DatabaseState) : undefined;
  } catch {
    return undefined;
  }
}
