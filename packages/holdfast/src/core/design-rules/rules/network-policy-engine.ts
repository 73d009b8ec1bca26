import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { Cluster } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

/** aks-engine-azurestack pkg/api/vlabs/validate.go, networkPluginPlusPolicyAllowed. */
const TOGETHER: Readonly<Record<Cluster["networkPlugin"], readonly string[]>> = {
  kubenet: ["calico"],
  azure: ["calico", "azure", "antrea"],
};

export const networkPolicyEngine: DesignRule = {
  id: "network-policy-engine",
  severity: "error",
  requirements: ["R20", "R36"],
  asks: "A cluster on Azure Stack Hub has a network policy engine, one that works with its network plugin.",
  why: "AKS Engine refuses other pairs. Without an engine the policies that keep the tiers apart are accepted, and nothing enforces them.",
  example: { broken: "networkPolicy: antrea", fixed: "networkPolicy: calico" },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const { networkPlugin: plugin, networkPolicy: policy } = site.cluster;
      const path = ["sites", index, "cluster"];
      const allowed = TOGETHER[plugin].join(", ");
      if (policy === undefined) {
        yield {
          path: [...path, "networkPlugin"],
          severity: "warning",
          message: `nothing at ${site.name} enforces network policies: every pod may reach every other, databases too`,
          hint: `Add networkPolicy: ${allowed.split(",")[0] ?? "calico"}`,
        };
      } else if (!TOGETHER[plugin].includes(policy)) {
        yield {
          path: [...path, "networkPolicy"],
          message: `AKS Engine does not build ${plugin} with ${policy} at ${site.name}: with ${plugin} goes ${allowed}`,
          hint: "Use networkPolicy: calico, which goes with both plugins.",
          related: [{ path: [...path, "networkPlugin"], message: "the plugin" }],
        };
      }
    }
  },
};
