import type { Fleet } from "../../spec/index.ts";
import type { HubPlace } from "./hub-place.ts";
import { resourceName } from "./names.ts";

/** Stands for the subscription's id where the fleet file has its name: the page beside the files says how to fill it in. */
export const SUBSCRIPTION_ID = "__SUBSCRIPTION_ID__";

const VAULT_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\/providers\/Microsoft\.KeyVault\/vaults\/([^/]+)$/i;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Vault {
  readonly name: string;
  readonly resourceGroup: string;
  readonly id: string;
}

/**
 * The site's own vault, on its Hub: Resource Manager reads secrets only from vaults that it manages itself. It is the one that has
 * the service principal's secret, where the file names that.
 */
export function vaultOf({ name, platform }: Pick<HubPlace, "name" | "platform">): Vault {
  const named = platform.servicePrincipal.keyVaultSecret?.vault;
  const [id, group, vault] = VAULT_ID.exec(named ?? "") ?? [];
  if (id !== undefined && group !== undefined && vault !== undefined) return { name: vault, resourceGroup: group, id };
  return vaultNamed(named ?? resourceName(name, "kv", 24), platform);
}

function vaultNamed(name: string, { subscription, resourceGroup }: HubPlace["platform"]): Vault {
  const owner = GUID.test(subscription) ? subscription : SUBSCRIPTION_ID;
  const id = `/subscriptions/${owner}/resourceGroups/${resourceGroup}/providers/Microsoft.KeyVault/vaults/${name}`;
  return { name, resourceGroup, id };
}

/** Whether the fleet's own secrets are kept in it, too: then the pipeline works with it, and not Resource Manager alone. */
export function isFleetVault({ access }: Fleet, { name }: Vault): boolean {
  return access.secrets.kind === "azure-key-vault" && access.secrets.vault?.toLowerCase() === name.toLowerCase();
}
