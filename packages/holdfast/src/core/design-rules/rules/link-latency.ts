import { formatDuration } from "../../spec/index.ts";
import type { Fleet, Store } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** A commit that waits a tenth of a second is felt: a page with ten of them takes a second longer. */
const SLOW_COMMIT_MS = 100;
/** MongoDB's members tell each other that they live every two seconds, which cannot be changed in a running fleet's interest. */
const MONGODB_HEARTBEAT_MS = 2_000;

export const linkLatency: DesignRule = {
  id: "link-latency",
  severity: "advice",
  requirements: ["R84", "R85"],
  asks: "The latency between sites that replicate is known, and fits what waits for it: commits and elections.",
  why: "With `replicated` every commit waits one round trip; an election that is called too early happens again and again.",
  example: {
    broken: "- { between: [seattle, portland], kind: vpn, latency: 150ms, bandwidth: 200Mbps }",
    fixed: "- { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }",
  },
  *check(fleet) {
    for (const [index, store] of fleet.stores.entries()) {
      yield* checkLinks(fleet, store);
      if (store.engine === "mongodb") yield* checkElection(fleet, store, ["stores", index, "electionTimeout"]);
    }
  },
};

function linksOf({ links }: Fleet, store: Store) {
  const members: readonly string[] =
    store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
  return links.flatMap((link, index) =>
    link.between.every((name) => members.includes(name)) ? [{ ...link, index }] : [],
  );
}

function* checkLinks(fleet: Fleet, store: Store): Iterable<Violation> {
  for (const { index, between, latencyMs } of linksOf(fleet, store)) {
    if (latencyMs === undefined) {
      yield {
        path: ["links", index],
        message: `the latency between ${between.join(" and ")} is not known, and ${store.name} is replicated over it`,
        hint: "Measure the round trip and add latency: ...",
      };
    } else if (latencyMs > SLOW_COMMIT_MS && store.engine === "postgresql" && store.durability === "replicated") {
      yield {
        path: ["links", index, "latency"],
        message: `each commit of ${store.name} can wait ${formatDuration(latencyMs)} for the other site`,
        hint: "Replicate between nearer sites, or make sure that the application writes seldom and in batches.",
      };
    }
  }
}

type Mongodb = Extract<Store, { engine: "mongodb" }>;

function* checkElection(fleet: Fleet, store: Mongodb, path: Path): Iterable<Violation> {
  const { electionTimeoutMs } = store;
  const latencyMs = Math.max(0, ...linksOf(fleet, store).map((link) => link.latencyMs ?? 0));
  const neededMs = 2 * (MONGODB_HEARTBEAT_MS + latencyMs);
  if (electionTimeoutMs < neededMs) {
    yield {
      path,
      severity: "warning",
      message: `MongoDB would call an election after ${formatDuration(electionTimeoutMs)}, when two heartbeats and their round trips take ${formatDuration(neededMs)}`,
      hint: "Use electionTimeout: 10s, MongoDB's own default.",
    };
  }
  const { rtoMs } = fleet.objectives;
  if (rtoMs !== undefined && electionTimeoutMs >= rtoMs) {
    yield {
      path,
      severity: "error",
      message: `no election begins before ${formatDuration(electionTimeoutMs)} have passed, and the RTO is ${formatDuration(rtoMs)}`,
      hint: "Shorten it, or promise less.",
      related: [{ path: ["objectives", "rto"], message: "the objective" }],
    };
  }
}
