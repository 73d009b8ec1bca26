import { productionMinimum } from "../../azure-stack-hub/index.ts";
import type { Cluster } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const clusterSize: DesignRule = {
  id: "cluster-size",
  severity: "error",
  requirements: ["R40", "R107", "R108"],
  asks: "A cluster has three or five control-plane nodes and at least two workers; on Azure Stack Hub, in one pool.",
  why: "With fewer, one machine's failure stops the cluster, or leaves the application nowhere to go.",
  example: {
    broken: "controlPlane: { count: 2, vmSize: Standard_DS2_v2, etcdDiskGiB: 128 }",
    fixed: "controlPlane: { count: 3, vmSize: Standard_DS2_v2, etcdDiskGiB: 128 }",
  },
  *check({ sites }) {
    for (const [index, { cluster, platform }] of sites.entries()) {
      if (cluster === undefined) continue;
      const path: Path = ["sites", index, "cluster"];
      yield* checkControlPlane(cluster, path);
      yield* checkWorkers(cluster, path, platform.kind === "azure-stack-hub");
    }
  },
};

function* checkControlPlane({ controlPlane: { count } }: Cluster, cluster: Path): Iterable<Violation> {
  const path = [...cluster, "controlPlane", "count"];
  if (count < 3) {
    yield {
      path,
      message: `${count === 1 ? "one control-plane node is" : `${count} control-plane nodes are`} lost with the first failed machine`,
      hint: "Use 3, or 5: the count cannot be changed after the cluster is built.",
    };
  } else if (count % 2 === 0 || count > 5) {
    yield {
      path,
      message: `AKS Engine takes 1, 3 or 5 control-plane nodes, and etcd an odd number; not ${count}`,
      hint: "Use 3 or 5.",
    };
  }
}

function* checkWorkers({ workerPools }: Cluster, cluster: Path, onHub: boolean): Iterable<Violation> {
  const count = workerPools.reduce((sum, pool) => sum + pool.count, 0);
  const path = [...cluster, "workerPools"];
  if (count < 2) {
    yield {
      path: [...path, 0, "count"],
      message: "with one worker, its failure or reboot stops the application at this site",
      hint: "Use at least 2 workers.",
    };
  } else if (onHub && count < productionMinimum.workers) {
    yield {
      path: [...path, 0, "count"],
      severity: "warning",
      message: `Microsoft supports production clusters with ${productionMinimum.workers} workers and more, and this one has ${count}`,
      hint: `Use ${productionMinimum.workers} workers.`,
    };
  }
  if (onHub && workerPools.length > 1) {
    yield {
      path: [...path, 1],
      message:
        "AKS Engine on Azure Stack Hub takes one pool of workers: the basic load balancer serves one availability set",
      hint: "Put all workers in one pool, or build a second cluster.",
    };
  }
}
