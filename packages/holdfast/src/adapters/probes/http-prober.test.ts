import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ProbeTarget } from "../../ports/index.ts";
import { httpProber } from "./index.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<{ server: Server; port: number; sockets: Socket[] }> {
  const server = createServer(listener);
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, sockets, port: (server.address() as AddressInfo).port };
}

function probing(port: number, overrides: Partial<ProbeTarget> = {}, signal = new AbortController().signal) {
  const prober = httpProber();
  open.push(() => prober.close());
  const target = {
    host: "127.0.0.1",
    port,
    tls: false,
    name: "www.ratings.example",
    path: "/healthz",
    timeoutMs: 2000,
    ...overrides,
  };
  return () => prober.probe(target, signal);
}

describe("a probe", () => {
  it("asks the path by the users' name, on one connection", async () => {
    const asked: string[] = [];
    const { port, sockets } = await serve((request, response) => {
      asked.push(`${request.method} ${request.headers.host}${request.url}`);
      response.end("fine");
    });
    const probe = probing(port);
    expect(await probe()).toMatchObject({ ok: true, reason: "answered 200" });
    expect((await probe()).latencyMs).toBeGreaterThan(0);
    expect(asked).toEqual(Array(2).fill("GET www.ratings.example/healthz"));
    expect(sockets).toHaveLength(1);
  });

  it.each([204, 301, 302, 404, 500, 503])("takes %d for a failure and follows nothing", async (status) => {
    let requests = 0;
    const { port } = await serve((_, response) => {
      requests += 1;
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
    expect(await probing(port)()).toMatchObject({ ok: false, reason: `answered ${status}` });
    expect(requests).toBe(1);
  });

  it("asks once more where a kept connection was closed meanwhile", async () => {
    let requests = 0;
    const { port } = await serve((request, response) => {
      requests += 1;
      // The second request meets a connection that dies under it, as one does that a firewall forgot.
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end();
    });
    const probe = probing(port);
    expect([await probe(), await probe(), await probe()].map((sample) => sample.ok)).toEqual([true, true, true]);
    expect(requests).toBe(4);
  });

  it("does not ask again where a fresh connection is reset", async () => {
    let connections = 0;
    const { port } = await serve((request) => {
      connections += 1;
      request.socket.resetAndDestroy();
    });
    expect(await probing(port)()).toMatchObject({ ok: false, reason: "ECONNRESET" });
    expect(connections).toBe(1);
  });

  it("gives up after its timeout, whether nobody answers or an answer never ends", async () => {
    const { port } = await serve(() => undefined);
    expect(await probing(port, { timeoutMs: 30 })()).toMatchObject({ ok: false, reason: "no answer within 30 ms" });
    const endless = await serve((_, response) => void response.write("..."));
    expect(await probing(endless.port, { timeoutMs: 30 })()).toMatchObject({
      ok: false,
      reason: "no answer within 30 ms",
    });
  });

  it("reads only a short answer", async () => {
    const { port } = await serve((_, response) => response.end(Buffer.alloc(200_000)));
    expect(await probing(port)()).toMatchObject({ ok: false, reason: "answer longer than 65536 octets" });
  });

  it("is a failure where nobody listens, or not HTTP is spoken", async () => {
    const server = createTcpServer((socket) => socket.resume().end("220 mail.example ESMTP\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await probing(port)()).toMatchObject({ ok: false });
    server.close();
    await once(server, "close");
    expect(await probing(port)()).toMatchObject({ ok: false, reason: "ECONNREFUSED" });
  });

  it("ends when it is stopped", async () => {
    const { port } = await serve(() => undefined);
    const stop = new AbortController();
    const sample = probing(port, {}, stop.signal)();
    stop.abort();
    expect(await sample).toMatchObject({ ok: false, reason: "stopped" });
    expect(await probing(port, {}, stop.signal)()).toMatchObject({ ok: false, reason: "stopped" });
  });
});
