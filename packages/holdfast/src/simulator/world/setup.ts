import { membersOf } from "../../core/spec/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";

/** What of a fleet a run is about: one store, who keeps it, who votes, and the distances between them. */
export interface Setup {
  /** With a database of the store, in order of preference. */
  readonly sites: readonly SiteName[];
  readonly voters: readonly SiteName[];
  readonly siteByHost: ReadonlyMap<string, string>;
  readonly latencyMs: (a: string, b: string) => number;
  readonly ttlMs: number;
  readonly replicated: boolean;
}

/** Where the file says nothing of a link. */
const LATENCY_MS = 5;

export function setupOf(fleet: Fleet, store: PostgresqlStore): Setup {
  const latencies = new Map(
    fleet.links.flatMap(({ between: [a, b], latencyMs }) => [
      [`${a} ${b}`, latencyMs],
      [`${b} ${a}`, latencyMs],
    ]),
  );
  const hosts = fleet.sites.flatMap(({ name, addresses }) => {
    const host = addresses.peering.dataHost;
    return host === undefined ? [] : [[host, name] as const];
  });
  return {
    sites: store.sites,
    voters: membersOf(fleet).map(({ name }) => name),
    siteByHost: new Map(hosts),
    // A link's latency is there and back, as ping shows it.
    latencyMs: (a, b) => (latencies.get(`${a} ${b}`) ?? LATENCY_MS) / 2,
    ttlMs: store.lease.ttlMs,
    replicated: store.durability === "replicated",
  };
}
