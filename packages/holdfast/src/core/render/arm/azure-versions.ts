/**
 * What the templates for public Azure ask for. These are the versions whose schemas we validate against; Azure keeps old versions
 * for years (azure-resource-manager-schemas@a145443).
 */
export const azureVersions = {
  "Microsoft.Authorization/locks": "2016-09-01",
  "Microsoft.Authorization/roleAssignments": "2022-04-01",
  "Microsoft.ContainerRegistry/registries": "2023-07-01",
  "Microsoft.KeyVault/vaults": "2019-09-01",
  "Microsoft.Network/dnsZones": "2018-05-01",
  "Microsoft.Network/dnsZones/A": "2018-05-01",
  "Microsoft.Network/dnsZones/CNAME": "2018-05-01",
  "Microsoft.Network/dnsZones/NS": "2018-05-01",
  "Microsoft.Network/trafficManagerProfiles": "2022-04-01",
  "Microsoft.OperationalInsights/workspaces": "2023-09-01",
  "Microsoft.OperationalInsights/workspaces/savedSearches": "2020-08-01",
  "Microsoft.OperationsManagement/solutions": "2015-11-01-preview",
} as const;

type AzureResourceType = keyof typeof azureVersions;

/** The two fields that every resource begins with. */
export function azureType(type: AzureResourceType) {
  return { type, apiVersion: azureVersions[type] };
}
