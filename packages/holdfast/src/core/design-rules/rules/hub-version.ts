import { hubSitesOf, vmSizeOf } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import type { DesignRule, Path } from "../rule.ts";

export const hubVersion: DesignRule = {
  id: "hub-version",
  severity: "error",
  requirements: ["R20", "R130"],
  asks: "What is deployed to an Azure Stack Hub, by its API versions and VM sizes, is what that version of the Hub has.",
  why: "A Hub speaks older versions of Resource Manager's APIs than Azure, and has fewer sizes: what it does not know it refuses.",
  example: {
    broken: "apiProfile: 2019-03-01-hybrid\nconnectivity: connected",
    fixed: "connectivity: connected",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      if (site.platform.apiProfile !== "2019-03-01-hybrid") continue;
      const profile: Path = ["sites", index, "platform", "apiProfile"];
      yield {
        path: profile,
        severity: "warning",
        message: `${site.name} says 2019-03-01-hybrid, a Hub before 2102: today's releases of AKS Engine are made for later ones`,
        hint: "Have the operator update the Hub, and say apiProfile: 2020-09-01-hybrid.",
      };
      for (const { vmSize, path } of sizesOf(site, ["sites", index])) {
        if (vmSizeOf(vmSize)?.minHubVersion === undefined) continue;
        yield {
          path,
          message: `${vmSize} came with Hub 2102, and ${site.name} is an earlier one`,
          hint: "Take a size of an older family, for example Standard_D4_v2.",
          related: [{ path: profile, message: "said here" }],
        };
      }
    }
  },
};

function sizesOf(
  { cluster, platform }: HubSite,
  site: Path,
): readonly { readonly vmSize: string; readonly path: Path }[] {
  return [
    { vmSize: platform.engine.helperVmSize, path: [...site, "platform", "engine", "helperVmSize"] },
    { vmSize: cluster.controlPlane.vmSize, path: [...site, "cluster", "controlPlane", "vmSize"] },
    ...cluster.workerPools.map(({ vmSize }, position) => ({
      vmSize,
      path: [...site, "cluster", "workerPools", position, "vmSize"],
    })),
  ];
}
