import type { QuotaName } from "../azure-stack-hub/index.ts";
import { hubLimits, isHubSite, quotaDemand, subscriptionsOf } from "../azure-stack-hub/index.ts";
import type { Cluster, Fleet, Site } from "../spec/index.ts";
import { cpuMillicores } from "../spec/index.ts";
import type { CapacityAnalysis, CapacityResource, Path, Shortage } from "./fault-analysis.ts";
import type { Room } from "./node-room.ts";
import { nodesFor, requestsAt, smallestWorker } from "./node-room.ts";

/**
 * Whether what is left carries the load. With one site of n lost, its users go to the others in equal parts, so each has n/(n-1) of
 * what it had; its components then scale to their maximum and no further, so a site that has room for every component at its
 * maximum, beside its stores, carries what the file says it may be asked to. With `assumptions.peakCpuPerSite` that maximum is itself compared
 * with the demand. With one host lost the site's own users stay.
 */
export function analyzeCapacity(fleet: Fleet): readonly CapacityAnalysis[] {
  const several = fleet.sites.length > 1;
  const afterSite = several ? fleet.sites.map((site, index) => judge(fleet, site, index, "site")) : [];
  const bySite = fleet.sites.slice(several ? 0 : fleet.sites.length).map((lost): CapacityAnalysis => {
    const others = afterSite.filter(({ site }) => site !== lost);
    return { lost: { kind: "site", site: lost.name }, ...summary(others) };
  });
  const byHost = fleet.sites.flatMap((site, index): CapacityAnalysis[] =>
    isHubSite(site)
      ? [{ lost: { kind: "host", site: site.name, host: 1 }, ...summary([judge(fleet, site, index, "host")]) }]
      : [],
  );
  return [...bySite, ...byHost];
}

interface SiteJudgement {
  readonly site: Site;
  /** Undefined: the site does not say what it is built of. */
  readonly shortages: readonly Shortage[] | undefined;
}

function summary(sites: readonly SiteJudgement[]): Omit<CapacityAnalysis, "lost"> {
  const shortages = sites.flatMap((one) => one.shortages ?? []);
  const unknownSites = sites.filter((one) => one.shortages === undefined).map(({ site }) => site.name);
  return { fits: shortages.length > 0 ? "no" : unknownSites.length > 0 ? "unknown" : "yes", shortages, unknownSites };
}

function judge(fleet: Fleet, site: Site, index: number, lost: "site" | "host"): SiteJudgement {
  const ceiling = lost === "site" ? replicaShortage(fleet, site) : [];
  const node = site.cluster === undefined ? undefined : smallestWorker(site.cluster);
  if (site.cluster === undefined || node === undefined) {
    return { site, shortages: ceiling.length > 0 ? ceiling : undefined };
  }
  const nodes = workersOf(site.cluster) - (lost === "host" ? workersOnFirstHost(site.cluster) : 0);
  const needed = demandAt(fleet, site, lost);
  const path: Path = ["sites", index, "cluster", "workerPools", 0, "count"];
  const short = (resource: CapacityResource, unit: string, amount: number, available: number): Shortage[] =>
    amount > available
      ? [{ site: site.name, resource, needed: round(amount), available: round(available), unit, path }]
      : [];
  const neededNodes = nodesFor(needed, node);
  return {
    site,
    shortages: [
      ...ceiling,
      ...short("cpu", "cores", needed.cpu, node.cpu * nodes),
      ...short("memory", "GiB", needed.memoryGiB, node.memoryGiB * nodes),
      ...short("nodes", "nodes", neededNodes, nodes),
      ...(neededNodes > nodes ? growthShortages(fleet, site, index, neededNodes - nodes) : []),
    ],
  };
}

/** Every component at its maximum and the stores; with a known peak, no less than what the peak comes to. */
function demandAt(fleet: Fleet, site: Site, lost: "site" | "host"): Room {
  const requests = requestsAt(fleet, site, "most");
  const stores = requestsAt({ ...fleet, application: { ...fleet.application, components: [] } }, site, "most");
  return { ...requests, cpu: Math.max(requests.cpu, stores.cpu + peakCpu(fleet, lost)) };
}

/** Of the application at one site, in cores; 0 where nobody said. */
function peakCpu({ assumptions: { peakCpuPerSite }, sites }: Fleet, lost: "site" | "host"): number {
  if (peakCpuPerSite === undefined) return 0;
  const share = lost === "site" ? sites.length / (sites.length - 1) : 1;
  return (cpuMillicores(peakCpuPerSite) / 1_000) * share;
}

/** Replicas at their maximum can use no more CPU than their limits. */
function replicaShortage(fleet: Fleet, { name }: Site): Shortage[] {
  const needed = peakCpu(fleet, "site");
  const available = fleet.application.components.reduce((sum, { replicas, resources }) => {
    const each = cpuMillicores(resources.limits.cpu ?? resources.requests.cpu) / 1_000;
    return sum + each * (replicas.kind === "fixed" ? replicas.count : replicas.max);
  }, 0);
  if (needed <= available) return [];
  const path: Path = ["application", "components"];
  return [
    { site: name, resource: "replicas", needed: round(needed), available: round(available), unit: "cores", path },
  ];
}

/** Limits that hold today and would not with so many workers more: what would keep the site from growing. */
function growthShortages(fleet: Fleet, site: Site, index: number, more: number): Shortage[] {
  const subscription = subscriptionsOf(fleet).find(({ sites }) => sites.some((one) => one.site === site));
  if (subscription === undefined || !isHubSite(site)) return [];
  const larger = { ...site, cluster: grown(site.cluster, more) };
  const sites = subscription.sites.map((one) => (one.site === site ? { ...one, site: larger } : one));
  const [today, then] = [quotaDemand(fleet, subscription), quotaDemand(fleet, { sites })];
  const quotas = QUOTAS.flatMap(([quota, resource, unit]): Shortage[] => {
    const available = site.quotas[quota];
    if (available === undefined || today[quota].needed > available || then[quota].needed <= available) return [];
    const path: Path = ["sites", index, "quotas", quota];
    return [{ site: site.name, resource, needed: then[quota].needed, available, unit, path }];
  });
  const nodes = subscription.sites.reduce((sum, one) => sum + nodesOf(one.site.cluster), 0);
  const limit = hubLimits.nodesPerSubscription;
  if (nodes > limit || nodes + more <= limit) return quotas;
  const path: Path = ["sites", index, "platform", "subscription"];
  const resource = "nodes per subscription";
  return [...quotas, { site: site.name, resource, needed: nodes + more, available: limit, unit: "nodes", path }];
}

const QUOTAS: readonly (readonly [QuotaName, CapacityResource, unit: string])[] = [
  ["cores", "cores quota", "cores"],
  ["virtualMachines", "virtual machines quota", "machines"],
  ["publicAddresses", "public addresses quota", "addresses"],
];

function grown(cluster: Cluster, more: number): Cluster {
  const workerPools = cluster.workerPools.map((pool, index) =>
    index === 0 ? { ...pool, count: pool.count + more } : pool,
  );
  return { ...cluster, workerPools };
}

function workersOf({ workerPools }: Cluster): number {
  return workerPools.reduce((sum, { count }) => sum + count, 0);
}

/** Availability sets begin with the first fault domain, so it has as many as any. */
function workersOnFirstHost({ workerPools }: Cluster): number {
  return workerPools.reduce((sum, { count }) => sum + Math.ceil(count / hubLimits.faultDomains), 0);
}

function nodesOf(cluster: Cluster): number {
  return cluster.controlPlane.count + workersOf(cluster);
}

function round(amount: number): number {
  return Number(amount.toFixed(3));
}
