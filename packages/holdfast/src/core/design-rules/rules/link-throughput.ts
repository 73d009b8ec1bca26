import { vpnGatewaySkus } from "../../azure-stack-hub/index.ts";
import type { Fleet, Link, Store } from "../../spec/index.ts";
import { formatDuration, membersOf, quantityBytes } from "../../spec/index.ts";
import { longestGapMs } from "../cron.ts";
import type { DesignRule, Violation } from "../rule.ts";

/** A store that comes back, or a new one, copies everything; until then the site has no copy to take over with. */
const COPY_MS_MAX = 24 * 3_600_000;

export const linkThroughput: DesignRule = {
  id: "link-throughput",
  severity: "warning",
  requirements: ["R65", "R82", "R85"],
  asks: "Links that carry replication or backups say how fast they are, their gateways can carry it, and backups end before the next begins.",
  why: "What a link cannot carry piles up: replicas fall behind, and backups that overlap are not finished when they are needed.",
  example: {
    broken: "- { between: [seattle, orlando], kind: vpn, latency: 68ms, bandwidth: 2Mbps }",
    fixed: "- { between: [seattle, orlando], kind: vpn, latency: 68ms, bandwidth: 200Mbps }",
  },
  *check(fleet) {
    const gateways = gatewaysOf(fleet);
    const backups = backupsByPair(fleet);
    const copies = copiesByPair(fleet);
    for (const [index, link] of fleet.links.entries()) {
      const key = pair(...link.between);
      const slowest = link.kind === "vpn" ? slowestGateway(link, gateways) : undefined;
      if (slowest !== undefined && link.bandwidthMbps !== undefined && link.bandwidthMbps > slowest.mbps) {
        yield {
          path: ["links", index, "bandwidth"],
          message: `the link of ${link.between.join(" and ")} says ${link.bandwidthMbps} Mbps, and the VPN gateway of ${slowest.name} carries ${slowest.mbps} a connection`,
          hint: "Write what was measured through the tunnel, or take a larger gateway: it has to be made anew.",
          related: [
            { path: ["sites", slowest.index, "network", "vpnGateway"], message: `${slowest.sku} of ${slowest.name}` },
          ],
        };
      }
      const mbps = Math.min(link.bandwidthMbps ?? Infinity, slowest?.mbps ?? Infinity);
      yield* checkFigures(link, index, copies.get(key));
      yield* checkTransfers(link, index, mbps, backups.get(key) ?? [], copies.get(key) ?? []);
    }
  },
};

interface Gateway {
  readonly name: string;
  readonly index: number;
  readonly sku: string;
  readonly mbps: number;
}

function gatewaysOf(fleet: Fleet): ReadonlyMap<string, Gateway> {
  return new Map(
    membersOf(fleet).flatMap(({ name, platform, network: { vpnGateway } }, index): [string, Gateway][] =>
      platform.kind !== "azure-stack-hub" || vpnGateway === undefined
        ? []
        : [[name, { name, index, sku: vpnGateway.sku, mbps: vpnGatewaySkus[vpnGateway.sku].mbps }]],
    ),
  );
}

function slowestGateway({ between }: Link, gateways: ReadonlyMap<string, Gateway>): Gateway | undefined {
  const ends = between.flatMap((name) => gateways.get(name) ?? []);
  return ends.toSorted((a, b) => a.mbps - b.mbps)[0];
}

function* checkFigures(link: Link, index: number, stores: readonly Store[] | undefined): Iterable<Violation> {
  const [store] = stores ?? [];
  if (store === undefined || link.bandwidthMbps !== undefined) return;
  yield {
    path: ["links", index],
    severity: "advice",
    message: `${store.name} is replicated over the link of ${link.between.join(" and ")}, whose bandwidth nobody has written down`,
    hint: "Measure it and add bandwidth: ..., for example 200Mbps.",
  };
}

interface Transfer {
  readonly store: Store;
  readonly backup: number;
  readonly everyMs: number;
}

/** Estimates: the whole volume crosses the link, uncompressed, with nothing else on it. */
function* checkTransfers(
  { between }: Link,
  index: number,
  mbps: number,
  backups: readonly Transfer[],
  copies: readonly Store[],
): Iterable<Violation> {
  const over = `at ${mbps} Mbps between ${between.join(" and ")}`;
  for (const { store, backup, everyMs } of backups) {
    const ms = transferMs(store, mbps);
    if (ms <= everyMs) continue;
    yield {
      path: ["backups", backup, "schedule"],
      message: `a backup of ${store.name} takes up to ${rounded(ms)} ${over}, if its ${store.storage.size} are full, and the next begins after ${formatDuration(everyMs)}`,
      hint: "Back up less often, take a faster link, or a target that is nearer.",
      related: [{ path: ["links", index], message: "the link" }],
    };
  }
  for (const store of copies) {
    const ms = transferMs(store, mbps);
    if (ms <= COPY_MS_MAX) continue;
    yield {
      path: ["links", index, "bandwidth"],
      message: `to copy ${store.name} anew takes up to ${rounded(ms)} ${over}, if its ${store.storage.size} are full: so long a site that lost it has nothing to take over with`,
      hint: "Take a faster link, or keep the volume smaller.",
    };
  }
}

function transferMs({ storage }: Store, mbps: number): number {
  return (quantityBytes(storage.size) * 8) / (mbps * 1_000);
}

/** Minutes are precise enough for an estimate. */
function rounded(ms: number): string {
  if (!Number.isFinite(ms)) return "for ever";
  return formatDuration(Math.ceil(ms / 60_000) * 60_000);
}

/** A backup goes to the first target that is not the site where it was taken. */
function backupsByPair({ backups, stores }: Fleet): ReadonlyMap<string, Transfer[]> {
  const byPair = new Map<string, Transfer[]>();
  for (const [index, { store: name, schedule, targets }] of backups.entries()) {
    const store = stores.find((one) => one.name === name);
    const everyMs = longestGapMs(schedule);
    if (store === undefined || everyMs === undefined) continue;
    const pairs = new Set<string>();
    for (const site of dataSites(store)) {
      const target = targets.find((one) => one !== site);
      if (target !== undefined) pairs.add(pair(site, target));
    }
    for (const key of pairs) byPair.set(key, [...(byPair.get(key) ?? []), { store, backup: index, everyMs }]);
  }
  return byPair;
}

function copiesByPair({ stores }: Fleet): ReadonlyMap<string, Store[]> {
  const byPair = new Map<string, Store[]>();
  for (const store of stores) {
    const sites = [...dataSites(store)];
    for (const [position, a] of sites.entries()) {
      for (const b of sites.slice(position + 1)) byPair.set(pair(a, b), [...(byPair.get(pair(a, b)) ?? []), store]);
    }
  }
  return byPair;
}

function dataSites(store: Store): ReadonlySet<string> {
  return new Set(
    store.engine === "postgresql"
      ? store.sites
      : store.members.filter((member) => member.role === "data").map((member) => member.site),
  );
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
