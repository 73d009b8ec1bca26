import { Agent } from "node:https";
import type { Agent as HttpAgent } from "node:http";
import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";

/** What a request needs to be let in. */
export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
}

/** A service account's token is replaced long before it expires, so reading it again this often is enough. */
const FRESH_MS = 30_000;

/**
 * The official client's KubeConfig says how to log in (certificates, tokens, exec plugins, proxies). It makes a new agent each
 * time it is asked, which would cost a TLS handshake a request; here connections are kept as long as the certificates stay.
 */
export class CredentialSource {
  readonly #config: KubeConfig;
  #current: { readonly credentials: Credentials; readonly identity: string; readonly readAt: number } | undefined;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  async get(): Promise<Credentials> {
    if (this.#current === undefined || performance.now() - this.#current.readAt > FRESH_MS) await this.#read();
    if (this.#current === undefined) throw new Error("credentials were read");
    return this.#current.credentials;
  }

  /** The server refused them: the next request reads them again. */
  expire(): void {
    if (this.#current) this.#current = { ...this.#current, readAt: -Infinity };
  }

  close(): void {
    this.#current?.credentials.agent.destroy();
    this.#current = undefined;
  }

  async #read(): Promise<void> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    const proxyUrl = this.#config.getCurrentCluster()?.proxyUrl;
    const identity = JSON.stringify(
      [ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, proxyUrl].map(String),
    );
    const headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    if (typeof options.auth === "string")
      headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    const previous = this.#current;
    const agent = previous?.identity === identity ? previous.credentials.agent : this.#agent(options, proxyUrl);
    // Requests that are under way keep the old agent's sockets; idle ones close by themselves.
    this.#current = { credentials: { agent, headers }, identity, readAt: performance.now() };
  }

  #agent(options: RequestOptions, proxyUrl: string | undefined): HttpAgent {
    const isPlain = this.#config.getCurrentCluster()?.server.startsWith("http:") === true;
    if ((proxyUrl !== undefined || isPlain) && typeof options.agent === "object") return options.agent;
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    return new Agent({
      keepAlive: true,
      maxFreeSockets: 4,
      scheduling: "lifo",
      ...withoutUndefined({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }),
    });
  }
}

function withoutUndefined<T extends object>(options: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
