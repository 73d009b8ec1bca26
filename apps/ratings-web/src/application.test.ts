import { EventEmitter, once } from "node:events";
import http, { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import net from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { pino } from "pino";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { acceptsGzip, createApplication, ownHeaders } from "./application.ts";
import { ApiProxy } from "./proxy.ts";
import { loadStaticFiles, type StaticFile } from "./static-files.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

let files: ReadonlyMap<string, StaticFile>;
beforeAll(async () => {
  files = await loadStaticFiles(join(import.meta.dirname, "browser/static"));
});

async function listen(server: Server | net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

/** The web server before an API that answers as told. */
async function start(
  api: ((request: IncomingMessage, response: ServerResponse) => void) | string,
  more = {},
): Promise<string> {
  const url = typeof api === "string" ? api : await listen(createServer(api));
  const options = {
    api: new URL(url),
    connectTimeoutMs: 200,
    timeoutMs: 300,
    ownHeaders: ownHeaders("seattle"),
    ...more,
  };
  const proxy = new ApiProxy(options, http);
  closers.push(() => proxy.close());
  const log = pino({ level: "silent" });
  const application = createApplication({ files, proxy, log, site: "seattle", stopping: () => false });
  return listen(createServer((request, response) => void application(request, response)));
}

const rate = (base: string, headers: Record<string, string> = {}) =>
  fetch(`${base}/api/rate`, { method: "POST", body: JSON.stringify({ ratings: [] }), headers });

/** An API that nobody is: its port was free a moment ago. */
async function nobody(): Promise<string> {
  const server = net.createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  closers.pop();
  return url;
}

describe("the page", () => {
  it("loads only its own files, by versioned addresses, under a policy that allows no others", async () => {
    const base = await start(() => undefined);
    const response = await fetch(base);
    expect(response.headers.get("X-Served-By-Site")).toBe("seattle");
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const html = await response.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<style|\son\w+=|\sstyle=/);
    const addresses = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThan(3);
    // The script is built from TypeScript and not in this folder.
    for (const address of addresses.filter((each) => !each.includes("app.js"))) {
      expect(address).toMatch(/\?v=[\w-]{16}$/);
      const file = await fetch(`${base}${address}`);
      expect([file.status, file.headers.get("Cache-Control")], address).toEqual([
        200,
        expect.stringContaining("immutable"),
      ]);
    }
  });

  it("has a drawing of its own for each fruit that the API is first filled with", async () => {
    const base = await start(() => undefined);
    for (const fruit of ["banana", "coconut", "oranges", "pineapple", "smoothies"]) {
      const response = await fetch(`${base}/static/img/fruits/${fruit}.svg`);
      expect([response.status, response.headers.get("Content-Type")]).toEqual([
        200,
        expect.stringContaining("image/svg+xml"),
      ]);
      expect(await response.text()).not.toMatch(/<script|<image|href="http/);
    }
  });

  it("is sent gzipped to those who take it, and not again to those who have it", async () => {
    const base = await start(() => undefined);
    const plain = await fetch(`${base}/static/app.css`, { headers: { "Accept-Encoding": "identity" } });
    const zipped = await get(`${base}/static/app.css`, { "Accept-Encoding": "gzip" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(zipped.body).toString()).toBe(await plain.text());
    expect(zipped.body.length).toBeLessThan(Number(plain.headers.get("Content-Length")));
    const etag = plain.headers.get("ETag") ?? "";
    const again = await fetch(`${base}/static/app.css`, {
      headers: { "Accept-Encoding": "identity", "If-None-Match": `"x", W/${etag}` },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(zipped.headers.etag).not.toBe(etag);
  });

  it("is 404 for what is not there, also below its folder, and 405 for what is no reading", async () => {
    const base = await start(() => undefined);
    for (const path of [
      "/nothing",
      "/static/../configuration.ts",
      "/static/%2e%2e/configuration.ts",
      "/static/",
      "/apinot",
    ]) {
      expect((await get(`${base}${path}`)).status, path).toBe(404);
    }
    const response = await fetch(base, { method: "POST", body: "x" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("is alive and ready while the API is away", async () => {
    const base = await start(await nobody());
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
  });
});

describe("the way to the API", () => {
  it("passes on path, query, method, body and status, but not who the caller is", async () => {
    let seen: Pick<IncomingMessage, "method" | "url" | "headers"> | undefined;
    const base = await start((request, response) => {
      seen = request;
      request.pipe(response.writeHead(422, { "Content-Type": "text/x-echo", "X-Served-By-Site": "elsewhere" }));
    });
    const response = await fetch(`${base}/api/rate?x=1`, {
      method: "POST",
      body: "hello",
      headers: { "Idempotency-Key": "k1", Cookie: "a=b", "X-Forwarded-For": "192.0.2.7" },
    });
    expect([response.status, response.headers.get("Content-Type"), await response.text()]).toEqual([
      422,
      "text/x-echo",
      "hello",
    ]);
    expect(response.headers.get("X-Served-By-Site")).toBe("seattle");
    expect(seen).toMatchObject({ method: "POST", url: "/api/rate?x=1", headers: { "idempotency-key": "k1" } });
    expect(JSON.stringify(seen?.headers)).not.toMatch(/192\.0\.2\.7|a=b/);
  });

  it("streams a large body without keeping it", async () => {
    const base = await start((request, response) => {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => (bytes += chunk.length)).on("end", () => response.end(String(bytes)));
    });
    const response = await fetch(`${base}/api/item`, { method: "POST", body: "x".repeat(300_000) });
    expect(await response.text()).toBe("300000");
  });

  it("uses a connection again", async () => {
    const ports = new Set<number | undefined>();
    const base = await start((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("{}");
    });
    for (let i = 0; i < 5; i += 1) await (await fetch(`${base}/api/items`)).text();
    expect(ports.size).toBe(1);
  });

  it("says at once that nothing was saved when nobody listens", async () => {
    const base = await start(await nobody());
    const response = await rate(base);
    expect([response.status, response.headers.get("Retry-After"), response.headers.get("X-Served-By-Site")]).toEqual([
      502,
      "1",
      "seattle",
    ]);
    expect(await response.json()).toMatchObject({ status: 502, payload: { outcome: "not-saved" } });
  });

  it("says in time that it does not know when the API does not answer", async () => {
    let calls = 0;
    const base = await start(() => (calls += 1));
    const started = performance.now();
    const response = await rate(base, { "Idempotency-Key": "k1" });
    expect(performance.now() - started).toBeLessThan(900);
    expect(await response.json()).toMatchObject({ status: 504, payload: { outcome: "unknown" } });
    expect(calls).toBe(1);
  });

  it.each([
    ["a read", "GET", {}, 2, 200],
    ["a write with a key", "POST", { "Idempotency-Key": "k1" }, 2, 200],
    ["a write without a key", "POST", {}, 1, 502],
  ] as const)(
    "tries %s whose connection broke again only where that does no harm",
    async (_, method, headers, expected, status) => {
      let calls = 0;
      const base = await start((request, response) => {
        calls += 1;
        if (calls === 1) request.socket.destroy();
        else response.end("{}");
      });
      const response = await fetch(`${base}/api/x`, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) });
      expect([response.status, calls]).toEqual([status, expected]);
      if (status === 502) expect(await response.json()).toMatchObject({ payload: { outcome: "unknown" } });
    },
  );

  it("breaks off an answer that the API broke off", async () => {
    const base = await start((request, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half");
      setImmediate(() => request.socket.destroy());
    });
    await expect(fetch(`${base}/api/items`).then((response) => response.text())).rejects.toThrow();
  });

  it("gives up the API's work when the caller leaves", async () => {
    const events = new EventEmitter();
    const arrived = once(events, "arrived");
    const gone = once(events, "gone");
    const base = await start(
      (request) => {
        events.emit("arrived");
        request.socket.on("close", () => events.emit("gone"));
      },
      { timeoutMs: 60_000 },
    );
    const leave = new AbortController();
    const call = fetch(`${base}/api/items`, { signal: leave.signal });
    await arrived;
    leave.abort();
    await expect(call).rejects.toThrow();
    await gone;
  });
});

it.each([
  ["gzip, deflate, br", true],
  ["GZIP;q=0.5", true],
  ["*", true],
  ["gzip;q=0, *", false],
  ["br", false],
  ["", false],
])("reads Accept-Encoding: %s as %s", (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

/** Without fetch's own decoding and its tidying of paths. */
function get(
  url: string,
  headers: http.OutgoingHttpHeaders = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf(port) + port.length);
  return new Promise((resolve, reject) => {
    http
      .get({ hostname, port, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
      .on("error", reject);
  });
}
