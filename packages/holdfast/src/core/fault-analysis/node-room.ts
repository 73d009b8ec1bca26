import type { VmSize } from "../azure-stack-hub/index.ts";
import { vmSizeOf } from "../azure-stack-hub/index.ts";
import type { Cluster, Fleet, Resources, Site } from "../spec/index.ts";
import { cpuMillicores, quantityBytes } from "../spec/index.ts";

/** CPU in cores, memory in GiB. */
export interface Room {
  readonly cpu: number;
  readonly memoryGiB: number;
}

/**
 * What pods may use of a node. Kubernetes and the system keep the rest: CPU by a table, memory by rates that fall with its
 * size, and 750 MiB below which pods are evicted: learn.microsoft.com/azure/aks/node-resource-reservations, for AKS before
 * 1.29. AKS Engine reserves less by default, so this errs on the safe side.
 */
export function roomOfNode({ vCpus, memoryGiB }: Pick<VmSize, "vCpus" | "memoryGiB">): Room {
  return {
    cpu: Math.max(0, vCpus - reservedCpu(vCpus)),
    memoryGiB: Math.max(0, memoryGiB - reservedMemoryGiB(memoryGiB) - EVICTION_GIB),
  };
}

const EVICTION_GIB = 750 / 1024;
const RESERVED_MILLICORES: readonly (readonly [cores: number, millicores: number])[] = [
  [1, 60],
  [2, 100],
  [4, 140],
  [8, 180],
  [16, 260],
  [32, 420],
  [64, 740],
];

/** Between the sizes of the table the next larger one counts. */
function reservedCpu(vCpus: number): number {
  const [, millicores] = RESERVED_MILLICORES.find(([cores]) => vCpus <= cores) ?? [0, 740];
  return millicores / 1_000;
}

const RATES: readonly (readonly [upToGiB: number, rate: number])[] = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
];

function reservedMemoryGiB(memoryGiB: number): number {
  let [reserved, from] = [0, 0];
  for (const [upTo, rate] of RATES) {
    reserved += Math.max(0, Math.min(memoryGiB, upTo) - from) * rate;
    from = upTo;
  }
  return reserved;
}

/** The smallest of the cluster's workers, which is the safe side to count on. Undefined: a size that the Hub does not have. */
export function smallestWorker({ workerPools }: Cluster): Room | undefined {
  const rooms = workerPools.map(({ vmSize }) => vmSizeOf(vmSize)).map((size) => size && roomOfNode(size));
  if (rooms.some((room) => room === undefined)) return undefined;
  return rooms.reduce<Room | undefined>(
    (least, room) =>
      room === undefined || least === undefined
        ? room
        : { cpu: Math.min(least.cpu, room.cpu), memoryGiB: Math.min(least.memoryGiB, room.memoryGiB) },
    undefined,
  );
}

/** What the pods of the application and of the stores ask for at one site, each component with so many replicas. */
export function requestsAt(
  { application, stores }: Pick<Fleet, "application" | "stores">,
  site: Pick<Site, "name">,
  replicas: "least" | "most",
): Room {
  const pods = application.components.map(({ resources, replicas: wanted }) =>
    times(resources, wanted.kind === "fixed" ? wanted.count : replicas === "least" ? wanted.min : wanted.max),
  );
  const servers = stores.map((store) => {
    const here =
      store.engine === "postgresql"
        ? store.sites.filter((name) => name === site.name)
        : store.members.filter((member) => member.site === site.name);
    return times(store.resources, here.length);
  });
  return [...pods, ...servers].reduce(
    (sum, room) => ({ cpu: sum.cpu + room.cpu, memoryGiB: sum.memoryGiB + room.memoryGiB }),
    { cpu: 0, memoryGiB: 0 },
  );
}

function times({ requests }: Resources, count: number): Room {
  return {
    cpu: (cpuMillicores(requests.cpu) * count) / 1_000,
    memoryGiB: (quantityBytes(requests.memory) / 2 ** 30) * count,
  };
}

/** So many nodes hold it; as if pods were sand, which they nearly are where each is much smaller than a node. */
export function nodesFor(requests: Room, node: Room): number {
  const by = (needed: number, each: number) => (needed === 0 ? 0 : Math.ceil(needed / each));
  return Math.max(1, by(requests.cpu, node.cpu), by(requests.memoryGiB, node.memoryGiB));
}
