import type http from "node:http";

export interface ProxyOptions {
  readonly api: URL;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** Headers that every answer carries, also over what the API says. */
  readonly ownHeaders: Readonly<Record<string, string>>;
}

/** Bodies up to this size are kept while they are sent, so that they can be sent again. */
const keptBytesMax = 64 * 1024;

/** Headers of one connection (RFC 9110 section 7.6.1), and who the caller is: the API has no use for it, so it is not carried further. */
const notForwarded = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
  "cookie",
  "forwarded",
  "x-forwarded-for",
  "x-real-ip",
]);

/** How an attempt ended without an answer. */
interface Failure {
  /** Was anything sent? If not, the API certainly did nothing. */
  readonly sent: boolean;
  readonly late: boolean;
}

/**
 * Passes requests on to the API: bodies stream both ways and connections are kept. An API that is away costs a caller one connect timeout at
 * most, and the answer says what is known: nothing was done, or nobody knows.
 */
export class ApiProxy {
  readonly #options: ProxyOptions;
  readonly #request: typeof http.request;
  readonly #agent: http.Agent;

  /** `client` speaks the URL's scheme: node:http or node:https. */
  constructor(options: ProxyOptions, { Agent, request }: Pick<typeof http, "Agent" | "request">) {
    this.#options = options;
    this.#request = request;
    // Below the API's own keep-alive time, so that a connection is not closed by the other side just as it is used.
    this.#agent = new Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 16, timeout: 30_000 });
  }

  /** Answers the request; `path` is its target with the query. */
  async forward(incoming: http.IncomingMessage, outgoing: http.ServerResponse, path: string): Promise<void> {
    const method = incoming.method ?? "GET";
    const safe = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const kept = await keptBody(incoming);
    if (incoming.destroyed && !incoming.complete) return;
    const deadline = performance.now() + this.#options.timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#attempt(incoming, outgoing, path, kept, deadline);
      if (failure === undefined || outgoing.destroyed) return;
      // A second attempt meets another instance, or a fresh connection instead of one that was just closed. It is right where the first
      // did nothing, or where doing it twice does no harm.
      const harmless = !failure.sent || ((safe || incoming.headers["idempotency-key"] !== undefined) && !failure.late);
      if (attempt === 1 && harmless && kept !== undefined && performance.now() < deadline) continue;
      const reason = failure.late ? "the ratings API did not answer in time" : "the ratings API cannot be reached";
      const outcome = safe ? undefined : failure.sent ? "unknown" : "not-saved";
      const advice = outcome === "unknown" ? "try again with the same Idempotency-Key" : "try again in a moment";
      const status = failure.late ? 504 : 502;
      const message = `${reason}; ${advice}`;
      answerJson(
        outgoing,
        status,
        { message, status, payload: outcome === undefined ? null : { outcome } },
        this.#options.ownHeaders,
      );
      return;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  /** One attempt; undefined when the caller has an answer (or is gone). */
  #attempt(
    incoming: http.IncomingMessage,
    outgoing: http.ServerResponse,
    path: string,
    kept: Buffer | undefined,
    deadline: number,
  ): Promise<Failure | undefined> {
    const { api, connectTimeoutMs, ownHeaders } = this.#options;
    return new Promise((resolve) => {
      let connected = false;
      let late = false;
      const upstream = this.#request({
        agent: this.#agent,
        protocol: api.protocol,
        hostname: api.hostname,
        port: api.port,
        method: incoming.method,
        path: `${api.pathname.replace(/\/$/, "")}${path}`,
        headers: { ...forwardedHeaders(incoming.headers), host: api.host },
      });
      const giveUp = (): void => {
        late = true;
        upstream.destroy();
      };
      let timer = setTimeout(giveUp, connectTimeoutMs);
      const onGone = (): void => void upstream.destroy();
      outgoing.on("close", onGone);
      const end = (failure?: Failure): void => {
        clearTimeout(timer);
        outgoing.off("close", onGone);
        resolve(failure);
      };
      upstream.on("socket", (socket) => {
        const ready = (): void => {
          connected = true;
          clearTimeout(timer);
          timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
        };
        if (socket.connecting) socket.once(api.protocol === "https:" ? "secureConnect" : "connect", ready);
        else ready();
      });
      upstream.on("timeout", () => upstream.destroy());
      upstream.on("error", () => {
        // The head is out, so a broken answer can only be shown as one: by breaking off.
        if (outgoing.headersSent) outgoing.destroy();
        else end({ sent: connected, late: late && connected });
      });
      upstream.on("response", (response) => {
        clearTimeout(timer);
        outgoing.writeHead(response.statusCode ?? 502, withOwn(forwardedHeaders(response.headers), ownHeaders));
        response.pipe(outgoing);
        response.on("error", () => outgoing.destroy());
        outgoing.on("close", () => end());
      });
      if (kept !== undefined) upstream.end(kept);
      else incoming.pipe(upstream);
    });
  }
}

export function answerJson(
  outgoing: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  const again = status === 502 || status === 504 ? { "Retry-After": "1" } : {};
  outgoing.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": bytes.length,
    ...again,
    ...headers,
  });
  outgoing.end(bytes);
}

/** The whole body when it is known to be small; undefined when it has to stream. */
async function keptBody(incoming: http.IncomingMessage): Promise<Buffer | undefined> {
  if (incoming.headers["transfer-encoding"] !== undefined) return undefined;
  if (Number(incoming.headers["content-length"] ?? 0) > keptBytesMax) return undefined;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // The caller went away; nobody waits for an answer.
  }
  return Buffer.concat(chunks);
}

/** Ours instead of the API's, however the names are written. */
function withOwn(headers: http.OutgoingHttpHeaders, own: Readonly<Record<string, string>>): http.OutgoingHttpHeaders {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase()))), ...own };
}

function forwardedHeaders(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? "").toLowerCase().split(/\s*,\s*/));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !notForwarded.has(name) && !named.has(name)));
}
