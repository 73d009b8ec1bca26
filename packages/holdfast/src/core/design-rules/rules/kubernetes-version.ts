import { engineReleaseOf, hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const kubernetesVersion: DesignRule = {
  id: "kubernetes-version",
  severity: "error",
  requirements: ["R20", "R124", "R125"],
  asks: "The Kubernetes version is one that the site's release of AKS Engine deploys on Azure Stack Hub.",
  why: "AKS Engine refuses every other version before it builds anything; each release deploys two or three.",
  example: { broken: "kubernetesVersion: 1.34.9", fixed: "kubernetesVersion: 1.34.4" },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const { kubernetesVersion: version } = site.cluster;
      const release = engineReleaseOf(site.platform.engine.version);
      if (release === undefined || release.kubernetesVersions.includes(version)) continue;
      const deployable = release.kubernetesVersions.join(", ");
      yield {
        path: ["sites", index, "cluster", "kubernetesVersion"],
        message: `AKS Engine ${release.version} does not deploy Kubernetes ${version} at ${site.name}: it deploys ${deployable}`,
        hint: `Take one of ${deployable}. An older cluster is upgraded one minor version at a time, each with a release that deploys it.`,
        related: [{ path: ["sites", index, "platform", "engine", "version"], message: "the release" }],
      };
    }
  },
};
