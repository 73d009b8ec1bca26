import { Agent, createServer, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Target } from "./service-table.ts";

/** `undefined`: no rule matches the request. An empty list: its Service has no ready endpoint. */
export type Resolve = (host: string, path: string) => readonly Target[] | undefined;

const RESPONSE_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2000;
const CONNECTIONS_MAX = 4096;
/** RFC 9110 7.6.1: they are about one connection only. Transfer-Encoding is kept: it says that there is a body. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
]);

/** The reverse proxy in front of the cluster's web Services: streams both ways and keeps connections to endpoints open. */
export class IngressProxy {
  readonly #server: Server;
  readonly #resolve: Resolve;
  readonly #agent = new Agent({
    keepAlive: true,
    scheduling: "lifo",
    maxFreeSockets: 64,
    timeout: RESPONSE_TIMEOUT_MS,
  });
  readonly #tunnels = new Set<Duplex>();
  #turn = 0;

  static async listen(address: string, port: number, resolve: Resolve): Promise<IngressProxy> {
    const proxy = new IngressProxy(resolve);
    await new Promise<void>((done, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen({ host: address, port, backlog: 511 }, () => {
        proxy.#server.off("error", reject);
        proxy.#server.on("error", () => undefined);
        done();
      });
    });
    return proxy;
  }

  private constructor(resolve: Resolve) {
    this.#resolve = resolve;
    // Longer than clients and gateways keep idle connections, so that it is not the proxy that closes one in use.
    this.#server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }, (request, response) =>
      this.#serve(request, response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#tunnel(request, socket, head),
    );
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const tunnel of this.#tunnels) tunnel.destroy();
    this.#agent.destroy();
  }

  #targetsOf(request: IncomingMessage): readonly Target[] | undefined {
    const url = request.url ?? "/";
    const query = url.indexOf("?");
    const targets = this.#resolve(request.headers.host ?? "", query < 0 ? url : url.slice(0, query));
    if (targets === undefined || targets.length < 2) return targets;
    const start = this.#turn++ % targets.length;
    return [...targets.slice(start), ...targets.slice(0, start)];
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const targets = this.#targetsOf(request);
    if (targets === undefined) answer(response, 404, "default backend - 404");
    else if (targets.length === 0) answer(response, 503, "no endpoint of this service is ready");
    else this.#forward(request, response, targets, forwardedHeaders(request));
  }

  /** Tries the first target; the next one when it refuses, as nothing of the request has gone out by then. */
  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    targets: readonly Target[],
    headers: readonly string[],
  ): void {
    const [target, ...others] = targets;
    if (target === undefined) {
      answer(response, 502, "no endpoint of this service accepts connections");
      return;
    }
    const upstream = httpRequest({
      ...requestTo(target, request, headers),
      agent: this.#agent,
      timeout: RESPONSE_TIMEOUT_MS,
    });
    let sent = false;
    const bodyless =
      request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined;
    const send = (): void => {
      sent = true;
      if (bodyless) upstream.end();
      else request.pipe(upstream);
    };
    whenConnected(upstream, send);
    upstream.on("timeout", () =>
      upstream.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })),
    );
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (response.headersSent || response.destroyed) response.destroy();
      // A kept connection that the endpoint had just closed: what has no body can be said again (RFC 9110 9.2.2 lets safe methods).
      else if (!sent) this.#forward(request, response, others, headers);
      else if (upstream.reusedSocket && bodyless && isSafe(request.method))
        this.#forward(request, response, targets, headers);
      else if (error.code === "ETIMEDOUT") answer(response, 504, "the endpoint did not answer in time");
      else answer(response, 502, "the endpoint closed the connection");
    });
    upstream.on("response", (message) => {
      response.writeHead(message.statusCode ?? 502, message.statusMessage ?? "", endToEnd(message.rawHeaders));
      message.pipe(response);
      message.on("error", () => response.destroy());
    });
    response.on("close", () => {
      if (!response.writableFinished) upstream.destroy();
    });
  }

  /** WebSockets: after the endpoint agreed, bytes pass both ways until either side ends. */
  #tunnel(request: IncomingMessage, client: Duplex, head: Buffer): void {
    this.#tunnels.add(client);
    client.on("close", () => this.#tunnels.delete(client));
    client.on("error", () => undefined);
    const [target] = this.#targetsOf(request) ?? [];
    if (target === undefined) {
      client.end("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    const headers = [...forwardedHeaders(request), "connection", "upgrade", "upgrade", request.headers.upgrade ?? ""];
    const upstream = httpRequest({ ...requestTo(target, request, headers), agent: false });
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
    upstream.on("response", (message) => {
      client.write(statusLine(message, endToEnd(message.rawHeaders)));
      message.pipe(client);
    });
    upstream.on("upgrade", (message, socket, first) => {
      client.write(statusLine(message, message.rawHeaders));
      if (first.length > 0) client.write(first);
      if (head.length > 0) socket.write(head);
      socket.on("error", () => client.destroy());
      socket.on("close", () => client.destroy());
      client.on("close", () => socket.destroy());
      client.pipe(socket);
      socket.pipe(client);
    });
    upstream.end();
  }
}

function requestTo(target: Target, request: IncomingMessage, headers: readonly string[]): RequestOptions {
  return {
    host: target.address,
    port: target.port,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers,
    setHost: false,
  };
}

/** Before the connection stands nothing of the body is taken from the client, so that another endpoint can be tried. */
function whenConnected(upstream: ClientRequest, action: () => void): void {
  upstream.on("socket", (socket: Socket) => {
    if (!socket.connecting) {
      action();
      return;
    }
    const patience = setTimeout(() => socket.destroy(new Error("connecting takes too long")), CONNECT_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(patience));
    socket.once("connect", () => {
      clearTimeout(patience);
      action();
    });
  });
}

function isSafe(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function endToEnd(raw: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!HOP_BY_HOP.has(name.toLowerCase())) result.push(name, raw[index + 1] ?? "");
  }
  return result;
}

/** The request's own headers and who asked: the list of earlier proxies is continued, the rest is what this proxy saw. */
function forwardedHeaders(request: IncomingMessage): string[] {
  const kept: string[] = [];
  const own = endToEnd(request.rawHeaders);
  for (let index = 0; index < own.length; index += 2) {
    const name = own[index] ?? "";
    if (!/^x-forwarded-(for|host|proto|port)$|^x-real-ip$/i.test(name)) kept.push(name, own[index + 1] ?? "");
  }
  const client = request.socket.remoteAddress ?? "";
  const earlier = request.headers["x-forwarded-for"];
  const host = request.headers.host ?? "";
  return [
    ...kept,
    ...["X-Forwarded-For", earlier === undefined ? client : `${String(earlier)}, ${client}`],
    ...["X-Forwarded-Host", host, "X-Forwarded-Proto", "http", "X-Real-IP", client],
  ];
}

function statusLine({ statusCode, statusMessage }: IncomingMessage, rawHeaders: readonly string[]): string {
  let text = `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ""}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    text += `${rawHeaders[index] ?? ""}: ${rawHeaders[index + 1] ?? ""}\r\n`;
  return `${text}\r\n`;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
