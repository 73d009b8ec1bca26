import type { Fleet } from "../../spec/index.ts";
import { azureVersions } from "./azure-versions.ts";
import { hubPlaces } from "./hub-place.ts";
import { vaultTemplate } from "./key-vault.ts";
import { HERE } from "./template.ts";
import type { Template } from "./template.ts";
import { vaultOf } from "./vault.ts";

/** The fleet's own vault in public Azure, from which pipelines take what belongs to no site. Hubs have theirs besides. */
export function publicVaultTemplate(fleet: Fleet): Template | undefined {
  const { kind, vault } = fleet.access.secrets;
  if (kind !== "azure-key-vault" || vault === undefined || !/^[a-zA-Z0-9-]{3,24}$/.test(vault)) return undefined;
  const onHubs = hubPlaces(fleet);
  if (onHubs.some((place) => vaultOf(place).name.toLowerCase() === vault.toLowerCase())) return undefined;
  if (onHubs.length > 0 && onHubs.every(({ platform }) => platform.connectivity === "disconnected")) return undefined;
  return vaultTemplate(
    vault,
    { location: HERE, tags: { "holdfast-fleet": fleet.name } },
    {
      vaults: azureVersions["Microsoft.KeyVault/vaults"],
      locks: azureVersions["Microsoft.Authorization/locks"],
    },
  );
}
