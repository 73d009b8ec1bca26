import type { HubSite } from "../../azure-stack-hub/index.ts";
import { hubSitesOf, vmSizeOf } from "../../azure-stack-hub/index.ts";
import type { Fleet, Resources } from "../../spec/index.ts";
import { cpuMillicores, quantityBytes } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

const GIB = 2 ** 30;

/**
 * What a node does not give to the application: kubelet evicts pods below 750 MiB of free memory (AKS Engine's default), and
 * the node's own pods (network, disk driver, proxy, kured, logs) ask for about half a core and half a GiB. An estimate.
 */
const NODE_RESERVE = { millicores: 500, bytes: 1.25 * GIB };

/** Below this share of both cores and memory, with every autoscaler at its maximum, the sizes are plainly too large. */
const FAR_OVERSIZED = 0.1;

export const podsFitNodes: DesignRule = {
  id: "pods-fit-nodes",
  severity: "error",
  requirements: ["R38", "R44", "R50", "R52"],
  asks: "The workers' VM size holds the largest pod, all of them hold every pod, and they are not ten times too large.",
  why: "A pod that fits no node waits for ever; cores that nobody uses are billed, and a size cannot be changed without building the nodes anew.",
  example: {
    broken: "requests: { cpu: 12, memory: 64Mi }\nlimits: { memory: 256Mi }",
    fixed: "requests: { cpu: 250m, memory: 64Mi }\nlimits: { cpu: 500m, memory: 256Mi }",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) yield* checkSite(fleet, site, ["sites", index]);
  },
};

interface Amount {
  readonly millicores: number;
  readonly bytes: number;
}

interface Pods {
  readonly name: string;
  readonly path: Path;
  readonly each: Amount;
  readonly min: number;
  readonly max: number;
}

function* checkSite(fleet: Fleet, site: HubSite, path: Path): Iterable<Violation> {
  const nodes = nodesOf(site);
  if (nodes === undefined) return; // vm-sizes says so.
  const pods = podsAt(fleet, site.name);
  const pools: Path = [...path, "cluster", "workerPools"];
  const size: Path = [...pools, 0, "vmSize"];
  const tooLarge = pods.filter(({ each }) => !fits(each, nodes.largest));
  for (const pod of tooLarge) {
    yield {
      path: [...pod.path, "resources", "requests"],
      message: `a pod of ${pod.name} asks for ${written(pod.each)}; a worker of ${site.name} gives about ${written(nodes.largest)}`,
      hint: "Ask for less, or take a larger VM size.",
      related: [{ path: size, message: `${site.name} has these workers` }],
    };
  }
  if (tooLarge.length > 0) return;

  const least = total(pods, ({ min }) => min);
  const most = total(pods, ({ max }) => max);
  if (!fits(least, nodes.all)) {
    yield {
      path: pools,
      message: `the pods of ${site.name} ask for ${written(least)}, and its workers give about ${written(nodes.all)}`,
      hint: "Take more workers or a larger VM size.",
    };
  } else if (!fits(most, nodes.all)) {
    yield {
      path: pools,
      severity: "warning",
      message: `with every autoscaler at its maximum the pods of ${site.name} ask for ${written(most)}, and its workers give about ${written(nodes.all)}`,
      hint: "Take more workers, or lower replicas.max to what can run.",
    };
  } else if (most.millicores < nodes.all.millicores * FAR_OVERSIZED && most.bytes < nodes.all.bytes * FAR_OVERSIZED) {
    yield {
      path: size,
      severity: "advice",
      message: `all pods of ${site.name} ask for ${written(most)} at most, less than a tenth of the ${written(nodes.all)} that its workers give`,
      hint: "Take a smaller VM size: what nobody uses is billed, and counts against the quota of cores.",
    };
  }
}

function nodesOf({ cluster }: HubSite): { readonly largest: Amount; readonly all: Amount } | undefined {
  let largest = NONE;
  let all = NONE;
  for (const pool of cluster.workerPools) {
    const size = vmSizeOf(pool.vmSize);
    if (size === undefined) return undefined;
    const free = {
      millicores: Math.max(0, size.vCpus * 1_000 - NODE_RESERVE.millicores),
      bytes: Math.max(0, size.memoryGiB * GIB - NODE_RESERVE.bytes),
    };
    if (free.bytes > largest.bytes) largest = free;
    all = plus(all, free, pool.count);
  }
  return { largest, all };
}

function podsAt({ application, stores }: Fleet, site: string): readonly Pods[] {
  return [
    ...application.components.map(({ name, replicas, resources }, index): Pods => ({
      name,
      path: ["application", "components", index],
      each: requests(resources),
      min: replicas.kind === "fixed" ? replicas.count : replicas.min,
      max: replicas.kind === "fixed" ? replicas.count : replicas.max,
    })),
    ...stores.flatMap((store, index): Pods[] => {
      const places = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
      const count = places.filter((name) => name === site).length;
      if (count === 0) return [];
      return [{ name: store.name, path: ["stores", index], each: requests(store.resources), min: count, max: count }];
    }),
  ];
}

const NONE: Amount = { millicores: 0, bytes: 0 };

function requests({ requests: { cpu, memory } }: Resources): Amount {
  return { millicores: cpuMillicores(cpu), bytes: quantityBytes(memory) };
}

function total(pods: readonly Pods[], count: (pods: Pods) => number): Amount {
  return pods.reduce((sum, pod) => plus(sum, pod.each, count(pod)), NONE);
}

function plus(sum: Amount, each: Amount, count: number): Amount {
  return { millicores: sum.millicores + each.millicores * count, bytes: sum.bytes + each.bytes * count };
}

function fits(amount: Amount, room: Amount): boolean {
  return amount.millicores <= room.millicores && amount.bytes <= room.bytes;
}

function written({ millicores, bytes }: Amount): string {
  return `${round(millicores / 1_000)} cores and ${round(bytes / GIB)} GiB`;
}

function round(number: number): number {
  return Number(number.toFixed(2));
}
