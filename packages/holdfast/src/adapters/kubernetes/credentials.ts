import { Agent as HttpAgent } from "node:http";
import { Agent } from "node:https";
import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../../ports/index.ts";

/** What a request needs to be let in. */
export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
}

interface Current {
  readonly credentials: Credentials;
  /** What its connections are made with. */
  readonly identity: string;
  readonly readAt: number;
}

/** A service account's token is replaced long before it expires, so reading it again this often is enough. */
const FRESH_MS = 30_000;

/**
 * The official client's KubeConfig says how to log in (certificates, tokens, exec plugins, proxies). It makes a new agent each
 * time it is asked, which would cost a TLS handshake a request; here connections are kept as long as the certificates stay.
 */
export class CredentialSource {
  readonly #load: () => KubeConfig;
  #config: KubeConfig | undefined;
  #current: Current | undefined;

  constructor(load: () => KubeConfig) {
    this.#load = load;
  }

  async get(): Promise<Credentials> {
    const current = this.#current;
    if (current !== undefined && performance.now() - current.readAt <= FRESH_MS) return current.credentials;
    try {
      this.#current = await this.#read(current);
      return this.#current.credentials;
    } catch (error) {
      // Without a cause: what reads a login may quote it.
      const { code } = error as NodeJS.ErrnoException;
      throw new ClusterError("refused", `cannot log in: ${code ?? "the kubeconfig's way to log in failed"}`);
    }
  }

  /** The server refused them: the next request reads everything again, for a KubeConfig remembers tokens, too. */
  expire(): void {
    this.#config = undefined;
    if (this.#current) this.#current = { ...this.#current, readAt: -Infinity };
  }

  close(): void {
    this.#current?.credentials.agent.destroy();
    this.#current = undefined;
  }

  async #read(previous: Current | undefined): Promise<Current> {
    const options: RequestOptions = {};
    const config = (this.#config ??= this.#load());
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    const { proxyUrl, server } = config.getCurrentCluster() ?? {};
    const identity = JSON.stringify(
      [ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, proxyUrl].map(String),
    );
    const headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    if (typeof options.auth === "string")
      headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    const agent = previous?.identity === identity ? previous.credentials.agent : agentFor(options, proxyUrl, server);
    // Requests that are under way keep the old agent's sockets; idle ones close by themselves.
    return { credentials: { agent, headers }, identity, readAt: performance.now() };
  }
}

function agentFor(options: RequestOptions, proxyUrl: string | undefined, server: string | undefined): HttpAgent {
  // The one that KubeConfig made speaks to the proxy.
  if (proxyUrl !== undefined && typeof options.agent === "object") return options.agent;
  const keep = { keepAlive: true, maxFreeSockets: 4, scheduling: "lifo" } as const;
  if (server?.startsWith("http:")) return new HttpAgent(keep);
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  return new Agent({
    ...keep,
    ...withoutUndefined({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }),
  });
}

function withoutUndefined<T extends object>(options: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
