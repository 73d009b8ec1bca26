import type { Fleet } from "../../spec/index.ts";
import { resourceGroupInAzure } from "./azure-group.ts";
import { azureVersions } from "./azure-versions.ts";
import { hubPlaces } from "./hub-place.ts";
import { vaultAdministrators, vaultPipeline, vaultTemplate } from "./key-vault.ts";
import { HERE } from "./template.ts";
import type { Template } from "./template.ts";
import { SUBSCRIPTION_ID, isFleetVault, vaultOf } from "./vault.ts";
import type { Vault } from "./vault.ts";

/** The fleet's own vault in public Azure, from which pipelines take what belongs to no site. Hubs have theirs besides. */
export function publicVault(fleet: Fleet): Vault | undefined {
  const { kind, vault: name } = fleet.access.secrets;
  if (kind !== "azure-key-vault" || name === undefined || !/^[a-zA-Z0-9-]{3,24}$/.test(name)) return undefined;
  const onHubs = hubPlaces(fleet);
  if (onHubs.some((place) => isFleetVault(fleet, vaultOf(place)))) return undefined;
  if (onHubs.length > 0 && onHubs.every(({ platform }) => platform.connectivity === "disconnected")) return undefined;
  const resourceGroup = resourceGroupInAzure(fleet);
  const group = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${resourceGroup}`;
  return { name, resourceGroup, id: `${group}/providers/Microsoft.KeyVault/vaults/${name}` };
}

export function publicVaultTemplate(fleet: Fleet): Template | undefined {
  const vault = publicVault(fleet);
  if (vault === undefined) return undefined;
  return vaultTemplate(
    vault.name,
    { location: HERE, tags: { "holdfast-fleet": fleet.name } },
    {
      vaults: azureVersions["Microsoft.KeyVault/vaults"],
      locks: azureVersions["Microsoft.Authorization/locks"],
    },
    [...vaultPipeline(fleet), vaultAdministrators(["recover"])],
  );
}
