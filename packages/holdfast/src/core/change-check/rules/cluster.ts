import type { ChangeRule } from "../change-rule.ts";
import { keptEngineClusters } from "../kept.ts";
import { compareVersions, minorOf } from "../versions.ts";

/** Sources: aks-engine-azurestack docs/topics/scale.md and upgrade.md; azure-stack-docs, known issues of AKS Engine. */
const REDEPLOY = "Keep it, or build the site anew: drain it, delete its cluster, deploy it again, let it catch up.";

export const changeControlPlaneCount: ChangeRule = {
  id: "change-control-plane-count",
  severity: "error",
  requirements: ["R43"],
  asks: "A cluster keeps the number of control-plane nodes that it was deployed with.",
  why: "AKS Engine scales workers only: etcd's members are fixed when the cluster is deployed.",
  *check(change) {
    for (const { site, before, after, beforePath, afterPath } of keptEngineClusters(change)) {
      const [had, has] = [before.controlPlane.count, after.controlPlane.count];
      if (had === has) continue;
      yield {
        path: [...afterPath, "controlPlane", "count"],
        before: [...beforePath, "controlPlane", "count"],
        message: `${site} has ${had} control-plane nodes, and AKS Engine cannot make them ${has}`,
        hint: REDEPLOY,
      };
    }
  },
};

export const changeVmSize: ChangeRule = {
  id: "change-vm-size",
  severity: "warning",
  requirements: ["R47"],
  asks: "A VM size changes by an upgrade that rebuilds every node, planned as one.",
  why: "A VM is not resized in place: what is resized in the portal is lost with the engine's next run.",
  *check(change) {
    for (const { site, before, after, beforePath, afterPath } of keptEngineClusters(change)) {
      const nodes = [
        {
          what: "control-plane",
          key: ["controlPlane"],
          oldKey: ["controlPlane"],
          had: before.controlPlane,
          has: after.controlPlane,
        },
        ...after.workerPools.flatMap((has, index) => {
          const oldIndex = before.workerPools.findIndex(({ name }) => name === has.name);
          const had = before.workerPools[oldIndex];
          return had === undefined
            ? []
            : [
                {
                  what: `${has.name} pool's`,
                  key: ["workerPools", index],
                  oldKey: ["workerPools", oldIndex],
                  had,
                  has,
                },
              ];
        }),
      ];
      for (const { what, key, oldKey, had, has } of nodes) {
        if (had.vmSize === has.vmSize) continue;
        yield {
          path: [...afterPath, ...key, "vmSize"],
          before: [...beforePath, ...oldKey, "vmSize"],
          message: `${site}: only \`aks-engine-azurestack upgrade\` makes ${had.vmSize} ${has.vmSize}: it rebuilds every VM, the ${what} nodes among them`,
          hint: "Plan 12 to 15 minutes a VM and quota for one VM more; upgrade one site, and the next after it is well again.",
        };
      }
    }
  },
};

export const changeKubernetesVersion: ChangeRule = {
  id: "change-kubernetes-version",
  severity: "error",
  requirements: ["R124", "R125"],
  asks: "Kubernetes goes up one minor version at a time, and never down.",
  why: "API objects are migrated from one minor version to the next; an older API server cannot read a newer one's etcd.",
  *check(change) {
    for (const { site, before, after, beforePath, afterPath } of keptEngineClusters(change)) {
      const [had, has] = [before.kubernetesVersion, after.kubernetesVersion];
      const at = { path: [...afterPath, "kubernetesVersion"], before: [...beforePath, "kubernetesVersion"] };
      const step = minorOf(has) - minorOf(had);
      if (compareVersions(has, had) < 0) {
        yield {
          ...at,
          message: `${site} runs Kubernetes ${had}, and a cluster cannot go back to ${has}`,
          hint: `Keep ${had} or a later version.`,
        };
      } else if (step > 1) {
        yield {
          ...at,
          message: `${site} would go from Kubernetes ${had} to ${has}: ${step} minor versions at once`,
          hint: `Upgrade to 1.${minorOf(had) + 1} first, at every site, then on from there.`,
        };
      }
    }
  },
};

export const changeNetworkPlugin: ChangeRule = {
  id: "change-network-plugin",
  severity: "error",
  requirements: ["R71"],
  asks: "A cluster keeps its network plugin.",
  why: "Every pod's address comes from it: nodes with two plugins cannot reach each other's pods.",
  *check(change) {
    for (const { site, before, after, beforePath, afterPath } of keptEngineClusters(change)) {
      if (before.networkPlugin === after.networkPlugin) continue;
      yield {
        path: [...afterPath, "networkPlugin"],
        before: [...beforePath, "networkPlugin"],
        message: `${site} was deployed with ${before.networkPlugin}, and cannot become ${after.networkPlugin}`,
        hint: REDEPLOY,
      };
    }
  },
};

export const changeDnsPrefix: ChangeRule = {
  id: "change-dns-prefix",
  severity: "error",
  requirements: ["R67"],
  asks: "A cluster keeps its DNS prefix.",
  why: "The API server's name stands in its certificates and in every kubeconfig.",
  *check(change) {
    for (const { site, before, after, beforePath, afterPath } of keptEngineClusters(change)) {
      if (before.dnsPrefix === after.dnsPrefix) continue;
      yield {
        path: [...afterPath, "dnsPrefix"],
        before: [...beforePath, "dnsPrefix"],
        message: `${site}'s API server is called ${before.dnsPrefix}, and its certificates do not know ${after.dnsPrefix}`,
        hint: REDEPLOY,
      };
    }
  },
};
