import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import type { NameLookup } from "./resolver.ts";
import { TrafficCounter } from "./traffic-counter.ts";

export interface GatewayOptions {
  readonly address: string;
  readonly port: number;
  /** The application's name: looked up for each request and sent as Host. */
  readonly host: string;
  /** Every site's ingress listens on this port of the address that DNS answers. */
  readonly ingressPort: number;
  readonly resolver: NameLookup;
}

const CONNECT_TIMEOUT_MS = 1000;
const ANSWER_TIMEOUT_MS = 5000;
/** Below the 5 s after which Node servers close idle connections, so that we close first. */
const IDLE_TIMEOUT_MS = 4000;

/**
 * The user's way in: a browser at http://127.0.0.1:8080 behaves as one at the application's real name would. It goes where
 * DNS says, tries the answer's next address when one does not connect, and repeats nothing that may have had an effect.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: IDLE_TIMEOUT_MS });
  readonly counter = new TrafficCounter();
  #lastAnswer: readonly string[] = [];

  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    gateway.#server.listen(options.port, options.address);
    await once(gateway.#server, "listening");
    return gateway;
  }

  private constructor(options: GatewayOptions) {
    this.#options = options;
    this.#server = createServer((incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => outgoing.destroy()); // The user went away.
    });
    this.#server.keepAliveTimeout = 30_000;
  }

  /** What DNS answered last, for the live view. */
  get lastAnswer(): readonly string[] {
    return this.#lastAnswer;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (body === undefined) {
      this.#refuse(incoming, outgoing, 413, "the lab's gateway takes bodies up to 8 MiB");
      return;
    }
    let refusal = `no site answers for ${this.#options.host}`;
    for (const address of await this.resolve()) {
      const attempt = await this.#attempt(address, incoming, body);
      if (attempt.kind === "answered") {
        this.#relay(attempt.response, incoming, outgoing);
        return;
      }
      refusal = `${this.#options.host} at ${address}: ${attempt.reason}`;
      this.forget();
      if (attempt.kind === "interrupted" && !isSafe(incoming)) break;
    }
    this.#refuse(incoming, outgoing, 502, refusal);
  }

  /** What a user's resolver says now (from its cache for the answer's time to live). */
  async resolve(): Promise<readonly string[]> {
    this.#lastAnswer = await this.#options.resolver.lookup(this.#options.host);
    return this.#lastAnswer;
  }

  /** The next request asks DNS anew. */
  forget(): void {
    this.#options.resolver.forget(this.#options.host);
  }

  #relay(response: IncomingMessage, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const status = response.statusCode ?? 502;
    this.counter.count(incoming.method ?? "GET", status);
    outgoing.writeHead(status, response.rawHeaders);
    pipeline(response, outgoing, () => undefined);
  }

  #refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number, reason: string): void {
    this.counter.count(incoming.method ?? "GET", status);
    outgoing.writeHead(status, { "content-type": "text/plain; charset=utf-8", "retry-after": "1" });
    outgoing.end(`holdfast lab: ${reason}\n`);
  }

  /** One request to one address. An idle connection that the other end closed meanwhile is worth a second, fresh one. */
  async #attempt(address: string, incoming: IncomingMessage, body: Buffer): Promise<Attempt> {
    const first = await this.#request(address, incoming, body, this.#agent);
    const stale = first.kind === "interrupted" && first.onReusedConnection && isSafe(incoming);
    return stale ? this.#request(address, incoming, body, false) : first;
  }

  #request(address: string, incoming: IncomingMessage, body: Buffer, agent: Agent | false): Promise<Attempt> {
    return new Promise((resolve) => {
      const upstream = request({
        host: address,
        port: this.#options.ingressPort,
        agent,
        method: incoming.method,
        path: incoming.url,
        headers: {
          ...incoming.headers,
          host: this.#options.host,
          "x-forwarded-for": incoming.socket.remoteAddress ?? "",
        },
        setHost: false,
      });
      let connected = false;
      const patience = setTimeout(() => upstream.destroy(new Error("does not connect")), CONNECT_TIMEOUT_MS);
      const onConnect = (): void => {
        connected = true;
        clearTimeout(patience);
      };
      upstream.on("socket", (socket) => (socket.connecting ? socket.once("connect", onConnect) : onConnect()));
      upstream.setTimeout(ANSWER_TIMEOUT_MS, () => upstream.destroy(new Error("does not answer")));
      upstream.on("response", (response) => resolve({ kind: "answered", response }));
      upstream.on("error", (error) => {
        clearTimeout(patience);
        const reason = error.message;
        resolve(
          connected
            ? { kind: "interrupted", reason, onReusedConnection: upstream.reusedSocket }
            : { kind: "unreached", reason },
        );
      });
      upstream.end(body);
    });
  }
}

type Attempt =
  | { readonly kind: "answered"; readonly response: IncomingMessage }
  /** Never connected: any request may go elsewhere. */
  | { readonly kind: "unreached"; readonly reason: string }
  /** Lost after it was sent: only a request without effect may be repeated. */
  | { readonly kind: "interrupted"; readonly reason: string; readonly onReusedConnection: boolean };

function isSafe(incoming: IncomingMessage): boolean {
  return incoming.method === "GET" || incoming.method === "HEAD";
}

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** The whole body, so that it can be sent to the answer's next address too; undefined when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
