import { hubEndpoints, hubSitesOf, publicNameOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const clusterNames: DesignRule = {
  id: "cluster-names",
  severity: "error",
  requirements: ["R20", "R140"],
  asks: "Clusters on one Azure Stack Hub have DNS prefixes and resource groups of their own.",
  why: "Both become names that the Hub gives once: the second deployment fails, or writes over the first cluster.",
  example: {
    broken: "portalUrl: https://portal.seattle.azurestack.contoso.com/",
    fixed: "portalUrl: https://portal.orlando.azurestack.contoso.com",
  },
  *check(fleet) {
    const prefixes = new Map<string, number>();
    const groups = new Map<string, number>();
    for (const { site, index } of hubSitesOf(fleet)) {
      const { platform, cluster, name } = site;
      const { hub } = hubEndpoints(platform);
      const prefix = publicNameOf(platform, cluster.dnsPrefix).toLowerCase();
      const group = `${hub} ${platform.subscription} ${platform.resourceGroup}`.toLowerCase();
      const samePrefix = prefixes.get(prefix);
      const sameGroup = groups.get(group);
      if (samePrefix === undefined) prefixes.set(prefix, index);
      else {
        yield {
          path: ["sites", index, "cluster", "dnsPrefix"],
          message: `${name} and another cluster would both be ${prefix} on their Hub`,
          hint: `Give each a prefix of its own, for example ${cluster.dnsPrefix}-2.`,
          related: [{ path: ["sites", samePrefix, "cluster", "dnsPrefix"], message: "the other one" }],
        };
      }
      if (sameGroup === undefined) groups.set(group, index);
      else {
        yield {
          path: ["sites", index, "platform", "resourceGroup"],
          message: `${name} shares the resource group ${platform.resourceGroup} with another cluster, whose load balancers and route table it would use`,
          hint: "Give each cluster a resource group of its own.",
          related: [{ path: ["sites", sameGroup, "platform", "resourceGroup"], message: "the other one" }],
        };
      }
    }
  },
};
