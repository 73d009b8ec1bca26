import { hubLimits } from "../azure-stack-hub/index.ts";
import type { Cluster, Fleet, Site } from "../spec/index.ts";
import type { Path } from "./fault-analysis.ts";
import { nodesFor, requestsAt, smallestWorker } from "./node-room.ts";
import type { Parts } from "./parts.ts";
import type { Pool, PoolGroup, Structure } from "./structure.ts";
import { ALWAYS } from "./structure.ts";

/** What stands on the site's hosts; that the site itself stands is not said here. */
export interface ClusterStructure {
  /** A majority of etcd, so that the API server answers and changes what is asked. */
  readonly controlPlane: Structure;
  /** Enough workers for the least number of replicas and the stores: with fewer the site cannot serve. */
  readonly workers: Structure;
}

/**
 * Nodes are spread over the Hub's hosts one after the other, as availability sets do. We take fault domain 1 of every set
 * to be the same host, which is the worst case: its loss takes a control-plane node and a third of the workers together.
 */
export function addCluster(
  parts: Parts,
  fleet: Fleet,
  {
    site,
    cluster,
    path,
    within,
    hostsOf,
  }: {
    readonly site: Site;
    readonly cluster: Cluster;
    readonly path: Path;
    readonly within: string;
    /** Name of the Hub whose hosts it stands on; absent: hosts are not known of. */
    readonly hostsOf?: string;
  },
): ClusterStructure {
  const hosts = hostsOf === undefined ? 1 : hubLimits.faultDomains;
  const controlPlanes: PoolGroup[] = [];
  const workers: PoolGroup[] = [];
  for (let host = 0; host < hosts; host++) {
    const where = hostsOf === undefined ? "" : `/host-${host + 1}`;
    const gate =
      hostsOf === undefined
        ? ALWAYS
        : parts.need({
            kind: "host",
            name: `${hostsOf}/${host + 1}`,
            label: `host ${host + 1} of the Hub of ${site.name}`,
            path: path.slice(0, -1),
            site: site.name,
            within,
          });
    const below = hostsOf === undefined ? within : `host/${hostsOf}/${host + 1}`;
    const onHost = hostsOf === undefined ? "" : ` on host ${host + 1}`;
    const group = (kind: "control-plane-node" | "worker-node", what: string, name: string, of: number, at: Path) => {
      const size = Math.ceil((of - host) / hosts);
      if (size <= 0) return [];
      const label = `${what}${onHost} at ${site.name}`;
      const index = parts.add({
        kind,
        name: name + where,
        label,
        path: at,
        site: site.name,
        within: below,
        count: size,
      });
      return [{ gate, part: index, size }];
    };
    const { controlPlane, workerPools } = cluster;
    controlPlanes.push(
      ...group("control-plane-node", "a control-plane node", site.name, controlPlane.count, [...path, "controlPlane"]),
    );
    for (const [index, pool] of workerPools.entries()) {
      const at = [...path, "workerPools", index];
      workers.push(...group("worker-node", "a worker", `${site.name}/${pool.name}`, pool.count, at));
    }
  }
  return {
    controlPlane: pool(Math.floor(cluster.controlPlane.count / 2) + 1, controlPlanes),
    workers: pool(workersNeeded(fleet, site, cluster), workers),
  };
}

/** No more than there are: that too few were ordered is for the capacity to say, not for the availability. */
function workersNeeded(fleet: Fleet, site: Site, cluster: Cluster): number {
  const node = smallestWorker(cluster);
  const count = cluster.workerPools.reduce((sum, one) => sum + one.count, 0);
  return node === undefined ? 1 : Math.min(count, nodesFor(requestsAt(fleet, site, "least"), node));
}

function pool(need: number, groups: readonly PoolGroup[]): Pool {
  return { kind: "pool", need, groups };
}
