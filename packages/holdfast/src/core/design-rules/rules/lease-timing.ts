import type { Fleet, PostgresqlStore } from "../../spec/index.ts";
import { formatDuration } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const leaseTiming: DesignRule = {
  id: "lease-timing",
  severity: "error",
  requirements: ["R18", "R85"],
  asks: "A lease outlives two renewals over the slowest link, and leaves its holder time to stop writing.",
  why: "A shorter lease is lost with one packet; a primary that stops too late writes beside its successor.",
  *check(fleet) {
    for (const [index, store] of fleet.stores.entries()) {
      if (store.engine === "postgresql" && store.sites.length > 1)
        yield* checkLease(fleet, store, ["stores", index, "lease"]);
    }
  },
};

function* checkLease(fleet: Fleet, { lease }: PostgresqlStore, path: Path): Iterable<Violation> {
  const { renewMs, ttlMs, fenceMarginMs } = lease;
  if (fenceMarginMs * 2 > ttlMs) {
    yield {
      path: [...path, "fenceMargin"],
      message: `a primary would stop writing ${formatDuration(fenceMarginMs)} before its lease of ${formatDuration(ttlMs)} runs out: it would hardly ever write`,
      hint: "Use at most half of `ttl`.",
    };
  }
  // A renewal is one round trip to a majority of voters; one may be lost, and the next is still in time.
  const roundTripMs = Math.max(0, ...fleet.links.map((link) => link.latencyMs ?? 0));
  const neededMs = 2 * (renewMs + roundTripMs) + fenceMarginMs;
  if (ttlMs < neededMs) {
    yield {
      path: [...path, "ttl"],
      message: `a lease of ${formatDuration(ttlMs)} is lost with one renewal: two renewals and the fence margin take ${formatDuration(neededMs)}`,
      hint: `Use ttl: ${formatDuration(Math.ceil(neededMs / 100) * 100)}, or renew more often.`,
    };
  }
  const { rtoMs } = fleet.objectives;
  if (rtoMs !== undefined && ttlMs >= rtoMs) {
    yield {
      path: [...path, "ttl"],
      message: `no site takes over before the lease of ${formatDuration(ttlMs)} ran out, and the RTO is ${formatDuration(rtoMs)}`,
      hint: "Shorten the lease, or promise less.",
      related: [{ path: ["objectives", "rto"], message: "the objective" }],
    };
  }
}
