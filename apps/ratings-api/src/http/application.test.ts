import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstContent } from "../first-content.ts";
import { HealthCheck } from "../health.ts";
import { createMetrics } from "../metrics.ts";
import { DatabaseUnavailable } from "../repository/contract.ts";
import { MemoryRepository } from "../testing/memory-repository.ts";
import { createApplication } from "./application.ts";
import type { Envelope } from "./envelope.ts";

let repository: MemoryRepository;
let server: Server;
let base: string;
let logged: string[];
let schemaMissing: number;
let stopping: boolean;

beforeEach(async () => {
  repository = new MemoryRepository();
  await repository.prepare();
  logged = [];
  schemaMissing = 0;
  stopping = false;
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const health = new HealthCheck(repository, { freshMs: 0 });
  const application = createApplication({
    repository,
    checkHealth: () => health.check(),
    onSchemaMissing: () => (schemaMissing += 1),
    metrics: createMetrics({ version: "1.2.3", site: "seattle" }, () => repository.pools()),
    log: pino({ level: "debug" }, sink),
    site: "seattle",
    stopping: () => stopping,
  });
  server = createServer((request, response) => void application(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  base = `http://127.0.0.1:${address.port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const send = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, init);

const read = async (response: Response): Promise<Envelope> => (await response.json()) as Envelope;
const get = async (path: string) => read(await send(path));

const [banana] = firstContent.items;
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers });
const rate = (ratings: unknown, headers: Record<string, string> = {}, more: object = {}) =>
  post("/api/rate", { ratings, ...more }, headers);

describe("the published contract", () => {
  const reference = findReference();
  it.skipIf(reference === undefined && process.env["CI"] === undefined)(
    "answers each of its routes in its envelope, with its headers",
    async () => {
      interface Contract {
        readonly headers: Record<string, string>;
        readonly routes: { method: string; path: string; message?: string; payload?: unknown }[];
      }
      const contract = JSON.parse(readFileSync(reference!, "utf8")) as Contract;
      const bodies: Record<string, unknown> = {
        "/api/item": { name: "Mango", img: "/static/img/fruits/mango.svg", uid: 9 },
        "/api/rate": { userIp: "192.0.2.1", ratings: [{ id: banana!.id, rating: 5 }] },
      };
      expect(contract.routes.length).toBeGreaterThan(5);
      for (const { method, path, message, payload } of contract.routes) {
        const body = bodies[path];
        const response = await send(path.replace(":code", "FR"), {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        expect(response.status, path).toBe(200);
        for (const [name, value] of Object.entries(contract.headers)) {
          for (const part of value.split(/,\s*/)) expect(response.headers.get(name), name).toContain(part);
        }
        if (message === undefined) continue;
        const envelope = await read(response);
        expect(Object.keys(envelope).sort(), path).toEqual(["message", "payload", "status"]);
        expect(envelope).toMatchObject({ message, status: 200, ...(Array.isArray(payload) ? { payload } : {}) });
      }
    },
  );

  it("gives items with ids like the original's", async () => {
    const { payload } = await get("/api/items");
    expect(payload).toHaveLength(4);
    expect((payload as unknown[])[0]).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      uid: 1,
      name: "Banana",
      img: "/static/img/fruits/banana.svg",
    });
  });

  it("answers the leaderboard also without ratings, where the original hangs", async () => {
    const { payload } = await get("/api/items/rated");
    expect(payload).toHaveLength(4);
    expect((payload as unknown[])[0]).toMatchObject({ stars: 0, votes: 0, average: 0, halfstar: 0 });
  });

  it("puts most stars first and rounds to half stars", async () => {
    await rate([5, 4, 4].map((rating) => ({ id: firstContent.items[2]!.id, rating })));
    const { payload } = await get("/api/items/rated");
    expect((payload as unknown[])[0]).toMatchObject({
      name: "Oranges",
      stars: 13,
      votes: 3,
      average: 13 / 3,
      halfstar: 4.5,
    });
  });

  it("gives the created item with its id and version", async () => {
    const response = await post("/api/item", { name: " Mango ", img: "/static/img/fruits/mango.svg", uid: 9 });
    const { payload } = await read(response);
    expect(payload).toEqual({
      _id: expect.any(String),
      uid: 9,
      name: "Mango",
      img: "/static/img/fruits/mango.svg",
      __v: 0,
    });
  });

  it("has the pages of a site, and 404 with a null payload for another code", async () => {
    const { payload } = await get("/api/sites/FR");
    expect(Object.keys((payload as { pages: object }).pages)).toEqual(["Home", "Rating", "Leaderboard"]);
    const unknown = await send("/api/sites/XX");
    expect(unknown.status).toBe(404);
    expect(await read(unknown)).toMatchObject({ status: 404, payload: null });
  });
});

describe("rating", () => {
  it("counts a retry with the same key once, and a new request without a key again", async () => {
    const ratings = [{ id: banana!.id, rating: 5 }];
    for (const key of ["k1", "k1", "k2"]) expect((await rate(ratings, { "Idempotency-Key": key })).status).toBe(200);
    expect(repository.ratings.size).toBe(2);
    await rate(ratings);
    await rate(ratings);
    expect(repository.ratings.size).toBe(4);
  });

  it("counts a rating with its own id once, whatever it comes with", async () => {
    await rate([{ id: banana!.id, rating: 5, ratingId: "mine" }], { "Idempotency-Key": "k1" });
    await rate([
      { id: banana!.id, rating: 5, ratingId: "mine" },
      { id: banana!.id, rating: 1 },
    ]);
    expect(repository.ratings.size).toBe(2);
  });

  it("refuses a key used again for something else", async () => {
    await rate([{ id: banana!.id, rating: 5 }], { "Idempotency-Key": "k1" });
    expect((await rate([{ id: banana!.id, rating: 4 }], { "Idempotency-Key": "k1" })).status).toBe(422);
  });

  it.each([
    ["not JSON", "{", "not JSON"],
    ["no object", [], "JSON object"],
    ["no list", {}, "ratings must be a list"],
    ["a rating out of range", { ratings: [{ id: "5a4f97cddbbb7e24bd9a13d5", rating: 6 }] }, "ratings[0].rating"],
    ["a rating that is no number", { ratings: [{ id: "5a4f97cddbbb7e24bd9a13d5", rating: "5" }] }, "ratings[0].rating"],
    ["no id", { ratings: [{ rating: 5 }] }, "ratings[0].id"],
    ["an unknown item", { ratings: [{ id: "5a4f97cddbbb7e24bd9a13d5", rating: 5 }] }, "does not exist"],
    [
      "an own id twice",
      { ratings: Array(2).fill({ id: "5a4f97cddbbb7e24bd9a13d5", rating: 5, ratingId: "x" }) },
      "used twice",
    ],
    ["no address", { userIp: "secret-user", ratings: [] }, "userIp"],
  ])("refuses a body with %s, and says why", async (_, body, why) => {
    const response = await post("/api/rate", body);
    expect(response.status).toBe(400);
    const envelope = await read(response);
    expect(envelope.message).toContain(why);
    expect(JSON.stringify(envelope)).not.toContain("secret-user");
    expect(repository.ratings.size).toBe(0);
  });

  it("refuses a key that is no visible text", async () => {
    expect((await rate([], { "Idempotency-Key": "a b" })).status).toBe(400);
    expect((await rate([], { "Idempotency-Key": "x".repeat(256) })).status).toBe(400);
  });

  it.each([
    ["not-saved", "nothing was saved"],
    ["unknown", "same Idempotency-Key"],
  ] as const)("answers 503 with Retry-After when the outcome is %s", async (kind, text) => {
    repository.writeTrouble = { kind, reason: "the database cannot be reached" };
    const response = await rate([{ id: banana!.id, rating: 5 }]);
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
    expect(await read(response)).toEqual({
      message: expect.stringContaining(text),
      status: 503,
      payload: { outcome: kind },
    });
  });

  it("keeps the rater's address out of logs and metrics", async () => {
    expect((await rate([{ id: banana!.id, rating: 5 }], {}, { userIp: "192.0.2.77" })).status).toBe(200);
    expect([...repository.ratings.values()][0]?.raterIp).toBe("192.0.2.77");
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join("")).not.toContain("192.0.2.77");
    expect(await (await send("/metrics")).text()).not.toContain("192.0.2.77");
  });
});

describe("items", () => {
  it.each([
    [{ img: "/a.svg" }, "name"],
    [{ name: "A".repeat(201), img: "/a.svg" }, "name"],
    [{ name: "nul\u0000", img: "/a.svg" }, "control"],
    [{ name: "Fig", img: "https://tracker.example/a.gif" }, "img"],
    [{ name: "Fig", img: "//tracker.example/a.gif" }, "img"],
    [{ name: "Fig", img: "/a.svg", uid: "1" }, "uid"],
  ])("are refused as %j", async (body, why) => {
    const response = await post("/api/item", body);
    expect(response.status).toBe(400);
    expect((await read(response)).message).toContain(why);
  });
});

describe("everything else", () => {
  it("is 404, 405 or 413 in the envelope", async () => {
    const missing = await send("/api/nothing");
    expect([missing.status, (await read(missing)).status]).toEqual([404, 404]);
    const wrong = await send("/api/rate");
    expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, "POST, OPTIONS"]);
    expect(await read(wrong)).toMatchObject({ status: 405, payload: null });
    const large = await post("/api/rate", JSON.stringify({ padding: "x".repeat(70_000) }));
    expect([large.status, (await read(large)).status]).toEqual([413, 413]);
    expect((await send("/api/items", { method: "OPTIONS" })).status).toBe(204);
    expect((await send("/api/items", { method: "HEAD" })).status).toBe(200);
  });

  it("says which site answered", async () => {
    expect((await send("/api/nothing")).headers.get("X-Served-By-Site")).toBe("seattle");
  });

  it("answers 503 at once when reads fail, and asks for the tables when they are missing", async () => {
    repository.readTrouble = new DatabaseUnavailable("the database is not set up yet", {
      code: "42P01",
      schemaMissing: true,
    });
    const response = await send("/api/items");
    expect([response.status, response.headers.get("Retry-After"), schemaMissing]).toEqual([503, "1", 1]);
    expect((await read(response)).message).toContain("not set up yet");
  });

  it("has deep health and shallow life", async () => {
    expect(await (await send("/healthz")).text()).toBe("API health check - OK");
    repository.readTrouble = new DatabaseUnavailable("the database cannot be reached", { code: "ECONNREFUSED" });
    const bad = await send("/healthz");
    expect([bad.status, await bad.text()]).toEqual([
      503,
      "API health check - FAILURE - the database cannot be reached",
    ]);
    expect((await send("/livez")).status).toBe(200);
  });

  it("tells probes and connections that it is going", async () => {
    stopping = true;
    const response = await send("/healthz");
    expect([response.status, response.headers.get("Connection")]).toEqual([503, "close"]);
  });

  it("counts by route, so that made-up paths cannot grow the metrics", async () => {
    for (const path of ["/api/items", "/api/sites/FR", "/api/sites/a", "/x1", "/x2"]) await send(path);
    await rate([{ id: banana!.id, rating: 5 }]);
    const text = await (await send("/metrics")).text();
    expect(text).toContain('http_requests_total{method="GET",route="/api/items",status="200"} 1');
    expect(text).toContain('http_requests_total{method="GET",route="/api/sites/:code",status="404"} 1');
    expect(text).toContain('http_requests_total{method="GET",route="unmatched",status="404"} 2');
    expect(text).toContain('http_request_duration_seconds_count{method="POST",route="/api/rate",status="200"} 1');
    expect(text).toContain('ratings_writes_total{outcome="saved"} 1');
    expect(text).toContain('ratings_database_connections{pool="writes",state="idle"} 1');
    expect(text).toContain('ratings_api_build_info{version="1.2.3",site="seattle"');
  });
});

/** The contract file beside the work tree; a CI without it fails instead of skipping. */
function findReference(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "shared/reference/ratings/api-contract.json");
    if (existsSync(path)) return path;
  }
  if (process.env["CI"] !== undefined) throw new Error("shared/reference/ratings/api-contract.json is missing");
  return undefined;
}
