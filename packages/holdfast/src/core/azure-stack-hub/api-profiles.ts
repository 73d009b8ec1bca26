import type { ApiProfile } from "../spec/index.ts";

/** What the templates ask a Hub for. What is not in this list, no Hub offers. */
export type HubResourceType =
  | "Microsoft.Authorization/locks"
  | "Microsoft.Authorization/roleAssignments"
  | "Microsoft.Compute/virtualMachines"
  | "Microsoft.Compute/virtualMachines/extensions"
  | "Microsoft.KeyVault/vaults"
  | "Microsoft.Network/connections"
  | "Microsoft.Network/localNetworkGateways"
  | "Microsoft.Network/networkInterfaces"
  | "Microsoft.Network/networkSecurityGroups"
  | "Microsoft.Network/publicIPAddresses"
  | "Microsoft.Network/virtualNetworkGateways"
  | "Microsoft.Network/virtualNetworks"
  | "Microsoft.Network/virtualNetworks/subnets";

type Provider = "Microsoft.Authorization" | "Microsoft.Compute" | "Microsoft.KeyVault" | "Microsoft.Network";

/**
 * azure-rest-api-specs profile/2020-09-01-hybrid.json, and azure-stack-docs azure-stack-profiles-azure-resource-manager-versions.md
 * (12/2021) for the older one.
 */
const versions: Readonly<Record<ApiProfile, Readonly<Record<Provider, string>>>> = {
  "2020-09-01-hybrid": {
    "Microsoft.Authorization": "2015-07-01",
    "Microsoft.Compute": "2020-06-01",
    "Microsoft.KeyVault": "2019-09-01",
    "Microsoft.Network": "2018-11-01",
  },
  "2019-03-01-hybrid": {
    "Microsoft.Authorization": "2015-07-01",
    "Microsoft.Compute": "2017-12-01",
    "Microsoft.KeyVault": "2016-10-01",
    "Microsoft.Network": "2017-10-01",
  },
};

/** The `apiVersion` with which a Hub that speaks this profile is asked for a resource: it refuses any newer one. */
export function hubApiVersion(profile: ApiProfile, type: HubResourceType): string {
  // Locks have a version of their own in both profiles.
  if (type === "Microsoft.Authorization/locks") return "2016-09-01";
  return versions[profile][type.slice(0, type.indexOf("/")) as Provider];
}
