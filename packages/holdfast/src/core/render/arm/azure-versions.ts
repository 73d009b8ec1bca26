/**
 * What the templates for public Azure ask for. These are the versions whose schemas we validate against; Azure keeps old versions
 * for years (azure-resource-manager-schemas@a145443). Locks, Microsoft.Insights and the VPN gateway's types have no schema of their
 * version in the reference: the fields of Microsoft.Insights are those of learn.microsoft.com/azure/templates; a gateway of today needs a size and an address that the older versions know, so its templates keep to fields that
 * version 2018-11-01 has, and are validated against that one.
 */
export const azureVersions = {
  "Microsoft.Authorization/locks": "2016-09-01",
  "Microsoft.Authorization/roleAssignments": "2022-04-01",
  "Microsoft.ContainerRegistry/registries": "2023-07-01",
  "Microsoft.Insights/actionGroups": "2023-01-01",
  "Microsoft.Insights/components": "2020-02-02",
  "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
  "Microsoft.KeyVault/vaults": "2019-09-01",
  "Microsoft.Network/dnsZones": "2018-05-01",
  "Microsoft.Network/dnsZones/A": "2018-05-01",
  "Microsoft.Network/dnsZones/CNAME": "2018-05-01",
  "Microsoft.Network/dnsZones/NS": "2018-05-01",
  "Microsoft.Network/connections": "2024-05-01",
  "Microsoft.Network/localNetworkGateways": "2024-05-01",
  "Microsoft.Network/publicIPAddresses": "2024-05-01",
  "Microsoft.Network/trafficManagerProfiles": "2022-04-01",
  "Microsoft.Network/virtualNetworkGateways": "2024-05-01",
  "Microsoft.Network/virtualNetworks": "2024-05-01",
  "Microsoft.Network/virtualNetworks/subnets": "2024-05-01",
  "Microsoft.OperationalInsights/workspaces": "2023-09-01",
  "Microsoft.OperationalInsights/workspaces/savedSearches": "2020-08-01",
} as const;

export type AzureResourceType = keyof typeof azureVersions;

/** The two fields that every resource begins with. */
export function azureType(type: AzureResourceType) {
  return { type, apiVersion: azureVersions[type] };
}
