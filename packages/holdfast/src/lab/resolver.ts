import { Resolver } from "node:dns/promises";

/**
 * What a user's resolver does: asks the zone's name servers (each site runs one), keeps the answer for its TTL, and
 * moves to the next server when one is silent. c-ares (Node's resolver) does the asking, so nothing here is ours to bend.
 */
export interface NameLookup {
  /** Addresses in the order of the answer; empty when the name servers say so or none of them answers. */
  lookup(name: string): Promise<readonly string[]>;
  /** Forgets an answer whose addresses did not work, as an impatient user who reloads. */
  forget(name: string): void;
}

interface CachedAnswer {
  readonly addresses: readonly string[];
  readonly expiresAt: number;
}

const SERVER_TIMEOUT_MS = 250;
/** An answer of TTL 0 still serves the requests of one moment. */
const MIN_TTL_MS = 100;

export class SiteResolver implements NameLookup {
  readonly #servers: { readonly address: string; readonly resolver: Resolver }[];
  readonly #cache = new Map<string, CachedAnswer>();
  readonly #pending = new Map<string, Promise<readonly string[]>>();

  /** `servers` as `address:port`. */
  constructor(servers: readonly string[]) {
    this.#servers = servers.map((address) => {
      const resolver = new Resolver({ timeout: SERVER_TIMEOUT_MS, tries: 1 });
      resolver.setServers([address]);
      return { address, resolver };
    });
  }

  lookup(name: string): Promise<readonly string[]> {
    const cached = this.#cache.get(name);
    if (cached && cached.expiresAt > performance.now()) return Promise.resolve(cached.addresses);
    const pending = this.#pending.get(name) ?? this.#ask(name).finally(() => this.#pending.delete(name));
    this.#pending.set(name, pending);
    return pending;
  }

  forget(name: string): void {
    this.#cache.delete(name);
  }

  async #ask(name: string): Promise<readonly string[]> {
    for (const server of [...this.#servers]) {
      try {
        const records = await server.resolver.resolve4(name, { ttl: true });
        const ttlMs = Math.max(Math.min(...records.map((record) => record.ttl)) * 1000, MIN_TTL_MS);
        const addresses = records.map((record) => record.address);
        this.#cache.set(name, { addresses, expiresAt: performance.now() + ttlMs });
        return addresses;
      } catch (error) {
        if (isNegativeAnswer(error)) return [];
        // Silent or broken: ask it last from now on, so that a dead server costs one query and not every one.
        this.#servers.push(...this.#servers.splice(this.#servers.indexOf(server), 1));
      }
    }
    return [];
  }
}

function isNegativeAnswer(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === "ENODATA" || code === "ENOTFOUND";
}
