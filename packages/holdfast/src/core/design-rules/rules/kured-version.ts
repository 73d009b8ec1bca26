import { hubSitesOf, kuredVersionFor } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const kuredVersion: DesignRule = {
  id: "kured-version",
  severity: "warning",
  requirements: ["R129"],
  asks: "Where kured reboots the nodes, there is a version of it for the cluster's Kubernetes.",
  why: "It is built with the client of one Kubernetes version; with another it may drain nothing, and the nodes keep their old kernel.",
  example: { broken: "kubernetesVersion: 1.27.16", fixed: "kubernetesVersion: 1.34.4" },
  *check(fleet) {
    if (fleet.maintenance.reboots !== "kured") return;
    for (const { site, index } of hubSitesOf(fleet)) {
      const version = site.cluster.kubernetesVersion;
      if (kuredVersionFor(version) !== undefined) continue;
      yield {
        path: ["sites", index, "cluster", "kubernetesVersion"],
        message: `no version of kured is known for Kubernetes ${version} of ${site.name}`,
        hint: "Take a Kubernetes version that kured has a release for, or say reboots: manual and reboot nodes yourself.",
        related: [{ path: ["maintenance", "reboots"], message: "kured is to reboot them" }],
      };
    }
  },
};
