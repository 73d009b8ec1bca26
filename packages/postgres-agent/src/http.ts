import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AgentState, DesiredState } from "./contract.ts";
import { parseDesired } from "./desired.ts";

/** What the API speaks for: the agent. */
export interface Obeying {
  state(): Promise<AgentState>;
  ready(): Promise<boolean>;
  /** Why the order is refused, or nothing. */
  desire(desired: DesiredState): string | undefined;
}

const BODY_BYTES_MAX = 64 * 1024;

type Answer = readonly [status: number, body: unknown];

/** The HTTP side of the contract (contract.ts). */
export function createApi(agent: Obeying, token: string, onFailure: (error: unknown) => void): Server {
  const expected = digest(`Bearer ${token}`);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    answer(agent, expected, request)
      .catch((error: unknown): Answer => {
        onFailure(error);
        return [500, problem("the agent failed to answer")];
      })
      .then(([status, body]) => send(response, status, body))
      .catch(onFailure);
  });
  server.keepAliveTimeout = 30_000;
  return server;
}

async function answer(agent: Obeying, expected: Buffer, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const method = request.method ?? "GET";
  if (path === "/livez") return [200, { status: "ok" }];
  if (path === "/readyz")
    return (await agent.ready())
      ? [200, { status: "ok" }]
      : [503, await agent.state().then(({ role, reason }) => ({ role, reason }))];
  if (path !== "/v1/state" && path !== "/v1/desired") return [404, problem(`there is no ${path}`)];
  if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected))
    return [401, problem("the bearer token is missing or wrong")];
  if (path === "/v1/state") return method === "GET" ? [200, await agent.state()] : [405, problem("GET only")];
  if (method !== "PUT") return [405, problem("PUT only")];

  const body = await readJson(request);
  if (body.status !== undefined) return [body.status, problem(body.reason)];
  const parsed = parseDesired(body.value);
  if (!parsed.ok) return [400, problem(...parsed.problems)];
  const refused = agent.desire(parsed.desired);
  return refused === undefined ? [202, await agent.state()] : [409, problem(refused)];
}

type Body =
  { readonly status: number; readonly reason: string } | { readonly status?: undefined; readonly value: unknown };

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return { status: 413, reason: `the body is longer than ${BODY_BYTES_MAX} bytes` };
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown };
  } catch {
    return { status: 400, reason: "the body is not JSON" };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    // The rest of a body that was not read to its end would be taken for the next request.
    ...(status === 413 ? { connection: "close" } : {}),
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
  });
  response.end(text);
}

function problem(...problems: readonly string[]): { problems: readonly string[] } {
  return { problems };
}

/** Of equal length whatever was sent, so that comparing tells nothing about the token. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
