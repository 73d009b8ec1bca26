import { createServer, request } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { IngressProxy } from "./ingress-proxy.ts";
import type { Target } from "./service-table.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function backend(listener: RequestListener): Promise<{ readonly target: Target; readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { target: { address: "127.0.0.1", port: (server.address() as AddressInfo).port }, server };
}

async function proxy(targets: readonly Target[] | undefined): Promise<number> {
  const created = await IngressProxy.listen("127.0.0.1", 0, () => targets);
  closers.push(() => created.close());
  return created.port;
}

async function send(
  port: number,
  { method = "GET", path = "/", body = "", headers = {} } = {},
): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, method, path, headers: { host: "www.example.com", ...headers }, agent: false },
      (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk: string) => (text += chunk))
          .on("end", () => resolve({ response, text }))
          .on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A port that nothing listens on. */
async function deadTarget(): Promise<Target> {
  const { target, server } = await backend(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  return target;
}

describe("the ingress proxy (R14)", () => {
  it("passes requests and answers through and says who asked", async () => {
    const { target } = await backend((received, answer) => {
      let body = "";
      received
        .on("data", (chunk: Buffer) => (body += chunk.toString()))
        .on("end", () => {
          answer.setHeader("set-cookie", ["a=1", "b=2"]);
          answer.statusCode = 201;
          answer.end(JSON.stringify({ body, url: received.url, headers: received.headers }));
        });
    });
    const port = await proxy([target]);
    const { response, text } = await send(port, {
      method: "POST",
      path: "/rate?x=1",
      body: "stars=5",
      headers: { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", te: "trailers" },
    });
    expect(response.statusCode).toBe(201);
    expect(response.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    const seen = JSON.parse(text) as { body: string; url: string; headers: Record<string, string> };
    expect(seen).toMatchObject({ body: "stars=5", url: "/rate?x=1" });
    expect(seen.headers).toMatchObject({
      host: "www.example.com",
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "http",
      "x-real-ip": "127.0.0.1",
    });
    expect(seen.headers["te"]).toBeUndefined();
  });

  it("tries the next endpoint when one refuses, with the whole body", async () => {
    const { target } = await backend((received, answer) => void received.pipe(answer));
    const body = "x".repeat(300_000);
    const port = await proxy([await deadTarget(), target]);
    for (let round = 0; round < 4; round += 1) expect((await send(port, { method: "PUT", body })).text).toBe(body);
  });

  it("answers 404 without a route, 503 without an endpoint, 502 when none accepts or the answer breaks off", async () => {
    expect((await send(await proxy(undefined))).response.statusCode).toBe(404);
    expect((await send(await proxy([]))).response.statusCode).toBe(503);
    expect((await send(await proxy([await deadTarget()]))).response.statusCode).toBe(502);
    const { target } = await backend((received) => received.socket.destroy());
    expect((await send(await proxy([target]), { method: "POST", body: "once" })).response.statusCode).toBe(502);
  });

  it("repeats a read on a new connection when a kept one had been closed", async () => {
    let connections = 0;
    const { target, server } = await backend((_, answer) => answer.end("ok"));
    server.on("connection", () => (connections += 1));
    const port = await proxy([target]);
    expect((await send(port)).text).toBe("ok");
    server.closeAllConnections();
    expect((await send(port)).text).toBe("ok");
    expect(connections).toBe(2);
  });

  it("streams an answer as it comes", async () => {
    let finish: () => void = () => undefined;
    const { target } = await backend((_, answer) => {
      answer.write("first");
      finish = () => answer.end("second");
    });
    const port = await proxy([target]);
    const chunks: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, agent: false }, (response) => {
        response.setEncoding("utf8").on("data", (chunk: string) => {
          chunks.push(chunk);
          finish();
        });
        response.on("end", resolve);
      });
      sent.on("error", reject).end();
    });
    expect(chunks).toEqual(["first", "second"]);
  });

  it("opens a tunnel for an upgrade", async () => {
    const { target, server } = await backend((_, answer) => answer.end());
    server.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n");
      socket.pipe(socket);
    });
    const port = await proxy([target]);
    const socket = connect(port, "127.0.0.1");
    let text = "";
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.endsWith("\r\n\r\n")) socket.write("hello");
        if (text.endsWith("hello")) resolve();
      });
      socket.write("GET / HTTP/1.1\r\nhost: www.example.com\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n");
    });
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  });
});
