import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const differentHubs: DesignRule = {
  id: "different-hubs",
  severity: "error",
  requirements: ["R15", "R18", "R75", "R140"],
  asks: "Sites stand on different Azure Stack Hubs, and each has a cluster that AKS Engine builds there.",
  why: "A Hub is one cloud with one power supply, one storage and one update at a time: two sites on it are lost together.",
  example: {
    broken: "portalUrl: https://portal.seattle.azurestack.contoso.com/",
    fixed: "portalUrl: https://portal.orlando.azurestack.contoso.com",
  },
  *check({ sites, witness }) {
    const first = new Map<string, { readonly name: string; readonly path: readonly (string | number)[] }>();
    for (const [index, { name, platform, cluster }] of sites.entries()) {
      if (platform.kind !== "azure-stack-hub") continue;
      const path = ["sites", index, "platform", "portalUrl"];
      const { hub } = hubEndpoints(platform);
      const earlier = first.get(hub);
      if (earlier === undefined) first.set(hub, { name, path });
      else yield shared(name, hub, path, earlier);
      if (cluster === undefined) {
        yield {
          path: ["sites", index],
          severity: "warning",
          message: `${name} stands on a Hub and has no cluster in this file: sizes, versions and quotas are not checked, and nothing is made for AKS Engine`,
          hint: "Add cluster: with kubernetesVersion, dnsPrefix, controlPlane, workerPools and ssh.",
        };
      }
    }
    if (witness?.platform.kind !== "azure-stack-hub") return;
    const { hub } = hubEndpoints(witness.platform);
    const site = first.get(hub);
    if (site !== undefined) yield shared(witness.name, hub, ["witness", "platform", "portalUrl"], site);
  },
};

function shared(
  name: string,
  hub: string,
  path: readonly (string | number)[],
  earlier: { readonly name: string; readonly path: readonly (string | number)[] },
) {
  return {
    path,
    message: `${name} stands on the same Hub as ${earlier.name}, ${hub}: both are lost with it`,
    hint: "Move one of them to another Hub.",
    related: [{ path: earlier.path, message: `${earlier.name} is here` }],
  };
}
