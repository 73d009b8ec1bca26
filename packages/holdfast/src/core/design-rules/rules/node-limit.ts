import type { DesignRule } from "../rule.ts";

const NODES_PER_SUBSCRIPTION = 50;

export const nodeLimit: DesignRule = {
  id: "node-limit",
  severity: "error",
  requirements: ["R39", "R46"],
  asks: "All clusters of a subscription on one Azure Stack Hub have at most 50 nodes together.",
  why: "AKS Engine on the Hub supports no more; deploying or scaling beyond it fails.",
  *check({ sites }) {
    const subscriptions = new Map<string, { nodes: number; index: number; name: string }>();
    for (const [index, { platform, cluster }] of sites.entries()) {
      if (platform.kind !== "azure-stack-hub" || cluster === undefined) continue;
      const key = `${platform.portalUrl} ${platform.subscription}`;
      const nodes = cluster.controlPlane.count + cluster.workerPools.reduce((sum, pool) => sum + pool.count, 0);
      subscriptions.set(key, {
        nodes: (subscriptions.get(key)?.nodes ?? 0) + nodes,
        index,
        name: platform.subscription,
      });
    }
    for (const { nodes, index, name } of subscriptions.values()) {
      if (nodes > NODES_PER_SUBSCRIPTION) {
        yield {
          path: ["sites", index, "cluster"],
          message: `subscription ${name} would have ${nodes} nodes, control plane included; the limit is ${NODES_PER_SUBSCRIPTION}`,
          hint: "Build another cluster in a separate subscription.",
        };
      }
    }
  },
};
