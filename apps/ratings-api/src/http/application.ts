import { performance } from "node:perf_hooks";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Logger } from "pino";
import type { Health } from "../health.ts";
import type { Metrics } from "../metrics.ts";
import { type Item, leaderboard } from "../ratings.ts";
import { DatabaseUnavailable, type RatingsRepository, type WriteOutcome } from "../repository/contract.ts";
import { type Parsed, parseIdempotencyKey, parseItem, parseRatings } from "./bodies.ts";
import { answer, badRequest, tryAgain } from "./envelope.ts";

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

interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handle: (c: Context) => Response | Promise<Response>;
}

const bodyBytesMax = 64 * 1024;

/** The published contract of the ratings API, and what an operator asks of any process: health, life, metrics. */
export function createApplication(parts: Parts): Hono {
  const { repository, metrics, log } = parts;
  const routes: readonly Route[] = [
    { method: "GET", path: "/", handle: (c) => answer(c, "Default ratings api endpoint", []) },
    { method: "GET", path: "/api", handle: (c) => answer(c, "Default /api endpoint for rating-api", []) },
    {
      method: "GET",
      path: "/api/items",
      handle: async (c) => answer(c, "ok", (await repository.items()).map(itemPayload)),
    },
    {
      method: "GET",
      path: "/api/items/rated",
      handle: async (c) => answer(c, "ok", leaderboard(await repository.tallies())),
    },
    { method: "GET", path: "/api/sites/:code", handle: sitePages },
    { method: "POST", path: "/api/item", handle: addItem },
    { method: "POST", path: "/api/rate", handle: rate },
    {
      method: "GET",
      path: "/api/loadtest",
      handle: (c) => answer(c, "Load test /api endpoint for rating-api", burnCpu()),
    },
    { method: "GET", path: "/healthz", handle: deepHealth },
    { method: "GET", path: "/livez", handle: (c) => c.text("alive") },
    { method: "GET", path: "/metrics", handle: exposeMetrics },
  ];

  async function sitePages(c: Context): Promise<Response> {
    const site = await repository.themedSite(c.req.param("code") ?? "");
    if (site === null) return answer(c, "there is no such site", null, 404);
    const { id, ...rest } = site;
    return answer(c, "ok", { _id: id, ...rest });
  }

  async function addItem(c: Context): Promise<Response> {
    const parsed = await readRequest(c, parseItem);
    if (!parsed.ok) return badRequest(c, parsed.problems);
    return afterWrite(c, await repository.addItem(parsed.value), { ...itemPayload(parsed.value), __v: 0 });
  }

  async function rate(c: Context): Promise<Response> {
    const parsed = await readRequest(c, (body, key) => parseRatings(body, key, new Date()));
    if (!parsed.ok) return badRequest(c, parsed.problems);
    return afterWrite(c, await repository.addRatings(parsed.value), []);
  }

  function afterWrite(c: Context, outcome: WriteOutcome, payload: unknown): Response {
    metrics.observeWrite(outcome.kind);
    switch (outcome.kind) {
      case "saved":
        return answer(c, "ok", payload);
      case "not-saved":
        return tryAgain(c, `nothing was saved: ${outcome.reason}; try again in a moment`, { outcome: "not-saved" });
      case "unknown":
        return tryAgain(
          c,
          `it is not sure whether this was saved: ${outcome.reason}; try again with the same Idempotency-Key`,
          {
            outcome: "unknown",
          },
        );
      case "unknown-item":
        return badRequest(c, ["ratings name an item that does not exist"]);
      case "key-reused":
        return answer(
          c,
          "this Idempotency-Key (or ratingId) was used before for something else",
          { outcome: "not-saved" },
          422,
        );
    }
  }

  async function deepHealth(c: Context): Promise<Response> {
    const health = parts.stopping() ? ({ ok: false, reason: "shutting down" } as const) : await parts.checkHealth();
    c.header("Cache-Control", "no-store");
    return health.ok ? c.text("API health check - OK") : c.text(`API health check - FAILURE - ${health.reason}`, 503);
  }

  async function exposeMetrics(c: Context): Promise<Response> {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { "Content-Type": contentType });
  }

  const known = routeMatcher(routes);
  const app = new Hono();
  app.use(async (c, next) => {
    const start = performance.now();
    setCommonHeaders(c, parts);
    await next();
    const seconds = (performance.now() - start) / 1000;
    const { method } = c.req;
    const route = known(c.req.path) ?? "unmatched";
    metrics.observeRequest(method, route, c.res.status, seconds);
    log.debug({ method, route, status: c.res.status, ms: Math.round(seconds * 1e6) / 1000 }, "request");
  });
  app.use(
    bodyLimit({
      maxSize: bodyBytesMax,
      onError: (c) => answer(c, `the body is larger than ${bodyBytesMax} bytes`, null, 413),
    }),
  );
  app.options("*", (c) => c.body(null, 204));
  for (const { method, path, handle } of routes) app.on(method, path, handle);
  for (const { method, path } of routes) {
    const allowed = method === "GET" ? "GET, HEAD, OPTIONS" : `${method}, OPTIONS`;
    app.all(path, (c) => {
      c.header("Allow", allowed);
      return answer(c, `${c.req.method} is not allowed here, only ${allowed}`, null, 405);
    });
  }
  app.notFound((c) => answer(c, `there is nothing at ${c.req.path}`, null, 404));
  app.onError((error, c) => {
    if (error instanceof DatabaseUnavailable) {
      if (error.schemaMissing) parts.onSchemaMissing();
      return tryAgain(c, `ratings cannot be read now: ${error.message}`, null);
    }
    // The message is ours or the database's about a statement; parameters, and with them anything personal, are not in it.
    log.error({ error: error.name, message: error.message, stack: error.stack }, "a request failed unexpectedly");
    return answer(c, "something went wrong here; it was logged", null, 500);
  });
  return app;
}

async function readRequest<T>(
  c: Context,
  parse: (body: unknown, key: string | undefined) => Parsed<T>,
): Promise<Parsed<T>> {
  const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
  if (!key.ok) return key;
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, problems: ["the body is not JSON"] };
  }
  return parse(body, key.value);
}

function setCommonHeaders(c: Context, { site, stopping }: Parts): void {
  c.header("Access-Control-Allow-Origin", "*");
  c.header("Access-Control-Allow-Methods", "GET, POST, OPTIONS, PUT, PATCH, DELETE");
  c.header("Access-Control-Allow-Headers", "X-Requested-With,content-type,Idempotency-Key");
  c.header("Access-Control-Expose-Headers", "Retry-After,X-Served-By-Site");
  c.header("X-Content-Type-Options", "nosniff");
  if (site !== "") c.header("X-Served-By-Site", site);
  // Or a caller would keep using a connection that is about to go.
  if (stopping()) c.header("Connection", "close");
}

/** Metrics are counted by route: paths that anybody can make up would be labels without end. */
function routeMatcher(routes: readonly Route[]): (path: string) => string | undefined {
  const fixed = new Set(routes.map(({ path }) => path).filter((path) => !path.includes(":")));
  return (path) => (fixed.has(path) ? path : /^\/api\/sites\/[^/]+$/.test(path) ? "/api/sites/:code" : undefined);
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
