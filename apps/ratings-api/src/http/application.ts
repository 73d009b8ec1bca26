import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import type { Logger } from "pino";
import type { Health } from "../health.ts";
import type { Metrics } from "../metrics.ts";
import { type Item, leaderboard } from "../ratings.ts";
import { DatabaseUnavailable, type RatingsRepository, type WriteOutcome } from "../repository/contract.ts";
import { type Parsed, parseIdempotencyKey, parseItem, parseRatings } from "./bodies.ts";
import { BodyTooLarge, readBody } from "./body.ts";
import { answer, badRequest, type Reply, text, tryAgain } from "./envelope.ts";
import { type Call, matcher, type Route } from "./routes.ts";

export interface Parts {
  readonly repository: RatingsRepository;
  readonly checkHealth: () => Promise<Health>;
  /** Called when the database answers but has no tables. */
  readonly onSchemaMissing: () => void;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly site: string;
  readonly stopping: () => boolean;
}

const bodyBytesMax = 64 * 1024;

/**
 * The published contract of the ratings API, and what an operator asks of any process: health, life, metrics.
 * On node:http alone: a framework's Request and Response load Node's fetch, a tenth of the process's memory, for eleven routes.
 */
export function createApplication(parts: Parts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { repository, metrics, log } = parts;
  const routes: readonly Route[] = [
    { method: "GET", path: "/", handle: () => answer("Default ratings api endpoint", []) },
    { method: "GET", path: "/api", handle: () => answer("Default /api endpoint for rating-api", []) },
    {
      method: "GET",
      path: "/api/items",
      handle: async () => answer("ok", (await repository.items()).map(itemPayload)),
    },
    {
      method: "GET",
      path: "/api/items/rated",
      handle: async () => answer("ok", leaderboard(await repository.tallies())),
    },
    { method: "GET", path: "/api/sites/:code", handle: sitePages },
    { method: "POST", path: "/api/item", handle: addItem },
    { method: "POST", path: "/api/rate", handle: rate },
    {
      method: "GET",
      path: "/api/loadtest",
      handle: () => answer("Load test /api endpoint for rating-api", burnCpu()),
    },
    { method: "GET", path: "/healthz", handle: deepHealth },
    { method: "GET", path: "/livez", handle: () => text("alive") },
    { method: "GET", path: "/metrics", handle: exposeMetrics },
  ];

  async function sitePages(call: Call): Promise<Reply> {
    const site = await repository.themedSite(call.parameter);
    if (site === null) return answer("there is no such site", null, 404);
    const { id, ...rest } = site;
    return answer("ok", { _id: id, ...rest });
  }

  async function addItem(call: Call): Promise<Reply> {
    const parsed = await readRequest(call, parseItem);
    if (!parsed.ok) return badRequest(parsed.problems);
    return afterWrite(await repository.addItem(parsed.value), { ...itemPayload(parsed.value), __v: 0 });
  }

  async function rate(call: Call): Promise<Reply> {
    const parsed = await readRequest(call, (body, key) => parseRatings(body, key, new Date()));
    if (!parsed.ok) return badRequest(parsed.problems);
    return afterWrite(await repository.addRatings(parsed.value), []);
  }

  function afterWrite(outcome: WriteOutcome, payload: unknown): Reply {
    metrics.observeWrite(outcome.kind);
    switch (outcome.kind) {
      case "saved":
        return answer("ok", payload);
      case "not-saved":
        return tryAgain(`nothing was saved: ${outcome.reason}; try again in a moment`, { outcome: "not-saved" });
      case "unknown":
        return tryAgain(
          `it is not sure whether this was saved: ${outcome.reason}; try again with the same Idempotency-Key`,
          {
            outcome: "unknown",
          },
        );
      case "unknown-item":
        return badRequest(["ratings name an item that does not exist"]);
      case "key-reused":
        return answer(
          "this Idempotency-Key (or ratingId) was used before for something else",
          { outcome: "not-saved" },
          422,
        );
    }
  }

  async function deepHealth(): Promise<Reply> {
    const health = parts.stopping() ? ({ ok: false, reason: "shutting down" } as const) : await parts.checkHealth();
    const noStore = { "Cache-Control": "no-store" };
    if (health.ok) return text("API health check - OK", 200, noStore);
    return text(`API health check - FAILURE - ${health.reason}`, 503, noStore);
  }

  async function exposeMetrics(): Promise<Reply> {
    const { contentType, text: body } = await metrics.expose();
    return text(body, 200, { "Content-Type": contentType });
  }

  const match = matcher(routes);

  return async (request, response) => {
    const start = performance.now();
    const method = request.method ?? "GET";
    const path = pathOf(request.url ?? "/");
    const matched = match(method, path);
    let reply: Reply;
    try {
      if (method === "OPTIONS") {
        reply = { status: 204, headers: {}, body: "" };
      } else if (matched.kind === "nothing") {
        reply = answer(`there is nothing at ${path}`, null, 404);
      } else if (matched.kind === "other-method") {
        reply = answer(`${method} is not allowed here, only ${matched.allowed}`, null, 405, { Allow: matched.allowed });
      } else {
        reply = await matched.route.handle({
          parameter: matched.parameter,
          header: (name) => headerOf(request, name),
          body: () => readBody(request, bodyBytesMax),
        });
      }
    } catch (error) {
      reply = onError(error);
    }
    send(request, response, reply, parts);
    const seconds = (performance.now() - start) / 1000;
    // Counted by route: paths that anybody can make up would be labels without end, and so would methods.
    const route = matched.kind === "nothing" ? "unmatched" : matched.route.path;
    metrics.observeRequest(knownMethods.has(method) ? method : "other", route, reply.status, seconds);
    log.debug({ method, route, status: reply.status, ms: Math.round(seconds * 1e6) / 1000 }, "request");
  };

  function onError(error: unknown): Reply {
    if (error instanceof BodyTooLarge)
      return answer(`the body is larger than ${bodyBytesMax} bytes`, null, 413, { Connection: "close" });
    if (error instanceof DatabaseUnavailable) {
      if (error.schemaMissing) parts.onSchemaMissing();
      return tryAgain(`ratings cannot be read now: ${error.message}`, null);
    }
    // The message is ours or the database's about a statement; parameters, and with them anything personal, are not in it.
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    log.error({ error: name, message, stack }, "a request failed unexpectedly");
    return answer("something went wrong here; it was logged", null, 500);
  }
}

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

async function readRequest<T>(
  call: Call,
  parse: (body: unknown, key: string | undefined) => Parsed<T>,
): Promise<Parsed<T>> {
  const key = parseIdempotencyKey(call.header("idempotency-key"));
  if (!key.ok) return key;
  let body: unknown;
  try {
    body = JSON.parse(await call.body());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, problems: ["the body is not JSON"] };
  }
  return parse(body, key.value);
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, { site, stopping }: Parts): void {
  response.writeHead(reply.status, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "X-Requested-With,content-type,Idempotency-Key",
    "Access-Control-Expose-Headers": "Retry-After,X-Served-By-Site",
    "X-Content-Type-Options": "nosniff",
    ...(site === "" ? {} : { "X-Served-By-Site": site }),
    // Or a caller would keep using a connection that is about to go.
    ...(stopping() ? { Connection: "close" } : {}),
    ...(reply.status === 204 ? {} : { "Content-Length": Buffer.byteLength(reply.body) }),
    ...reply.headers,
  });
  response.end(request.method === "HEAD" ? undefined : reply.body);
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function itemPayload({ id, ...rest }: Item): Record<string, unknown> {
  return { _id: id, ...rest };
}

/** What the original offers to make an autoscaler move: 1,000,001 square roots. */
function burnCpu(): number {
  let sum = 0;
  for (let i = 0; i <= 1_000_000; i += 1) sum += Math.sqrt(i);
  return sum;
}
