import { hubLimits, subscriptionsOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const nodeLimit: DesignRule = {
  id: "node-limit",
  severity: "error",
  requirements: ["R39", "R46"],
  asks: "All clusters of a subscription on one Azure Stack Hub have at most 50 nodes together.",
  why: "AKS Engine on the Hub supports no more; deploying or scaling beyond it fails.",
  example: {
    broken: "- { name: workers, count: 48, vmSize: Standard_D4_v2 }",
    fixed: "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
  },
  *check(fleet) {
    for (const { name, hub, sites } of subscriptionsOf(fleet)) {
      const nodes = sites.reduce(
        (sum, { site: { cluster } }) =>
          sum + cluster.controlPlane.count + cluster.workerPools.reduce((pools, pool) => pools + pool.count, 0),
        0,
      );
      const last = sites.at(-1);
      if (last !== undefined && nodes > hubLimits.nodesPerSubscription) {
        yield {
          path: ["sites", last.index, "cluster"],
          message: `subscription ${name} on ${hub} would have ${nodes} nodes, control plane included; the limit is ${hubLimits.nodesPerSubscription}`,
          hint: "Build another cluster in a separate subscription.",
        };
      }
    }
  },
};
