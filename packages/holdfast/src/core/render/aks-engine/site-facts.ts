import { hasPrivateApi, hubLimits, publicNameOf } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";
import type { Fleet, KeyVaultSecret, Network } from "../../spec/index.ts";

/** What the file need not say and deploy.sh fills in: AKS Engine takes ids only, and no name of a subscription. */
export const PLACEHOLDERS = { subscription: "SUBSCRIPTION_ID", clientId: "CLIENT_ID" } as const;

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Absent where the file gives the subscription's name: AKS Engine wants the id, which deploy.sh then takes from its environment. */
export function subscriptionId({ platform }: HubSite): string | undefined {
  return GUID.test(platform.subscription) ? platform.subscription.toLowerCase() : undefined;
}

/** A network that the file does not name is made by the templates of `arm/`, which gives it this name. */
export function virtualNetworkOf({ name, platform, network }: HubSite): {
  readonly resourceGroup: string;
  readonly virtualNetwork: string;
} {
  const made = `${name.slice(0, 59).replace(/-+$/, "")}-vnet`;
  return network.existing ?? { resourceGroup: platform.resourceGroup, virtualNetwork: made };
}

/** Whether the nodes go into a network of the file's. Else AKS Engine makes one, whose ranges are the same at every site. */
export function hasOwnNetwork({ network: { nodeSubnet, existing, addressSpaces } }: HubSite): boolean {
  return nodeSubnet !== undefined && (existing !== undefined || addressSpaces.length > 0);
}

export function subnetId(site: HubSite): string | undefined {
  const { nodeSubnet } = site.network;
  if (nodeSubnet === undefined || !hasOwnNetwork(site)) return undefined;
  const { resourceGroup, virtualNetwork } = virtualNetworkOf(site);
  return [
    `/subscriptions/${subscriptionId(site) ?? PLACEHOLDERS.subscription}`,
    `resourceGroups/${resourceGroup}`,
    `providers/Microsoft.Network/virtualNetworks/${virtualNetwork}`,
    `subnets/${nodeSubnet.name}`,
  ].join("/");
}

/** A vault that the file gives by name is in the cluster's resource group. */
export function keyVaultId(site: HubSite, { vault }: KeyVaultSecret): string {
  if (vault.startsWith("/")) return vault;
  const subscription = subscriptionId(site) ?? PLACEHOLDERS.subscription;
  return `/subscriptions/${subscription}/resourceGroups/${site.platform.resourceGroup}/providers/Microsoft.KeyVault/vaults/${vault}`;
}

/** The address space with the nodes in it. */
export function addressSpaceOf({ addressSpaces, nodeSubnet }: Network): string | undefined {
  const nodes = nodeSubnet === undefined ? undefined : parseIpv4Range(nodeSubnet.range);
  if (nodes === undefined) return undefined;
  return addressSpaces.find((space) => {
    const range = parseIpv4Range(space);
    return range !== undefined && rangesOverlap(range, nodes);
  });
}

/** Whether a store keeps data at the site; an arbiter of MongoDB has none. */
export function needsVolumes(fleet: Fleet, { name }: HubSite): boolean {
  return fleet.stores.some((store) =>
    store.engine === "postgresql"
      ? store.sites.includes(name)
      : store.members.some(({ site, role }) => site === name && role === "data"),
  );
}

/** Where the engine finds the API server when it has to drain nodes. A private one has only its internal load balancer. */
export function apiServerOf(site: HubSite): string {
  const { network, platform, cluster, addresses } = site;
  if (!hasPrivateApi(site)) return publicNameOf(platform, cluster.dnsPrefix);
  const internal = addressAfter(network.firstControlPlaneAddress, hubLimits.internalApiOffset);
  return internal ?? addresses.peering.kubernetesApi?.host ?? publicNameOf(platform, cluster.dnsPrefix);
}

/** Through which the engine reaches every node with SSH: the public load balancer leads port 22 to a control-plane node. */
export function sshHostOf(site: HubSite): string {
  return hasPrivateApi(site) ? (site.network.firstControlPlaneAddress ?? apiServerOf(site)) : apiServerOf(site);
}

function addressAfter(first: string | undefined, offset: number): string | undefined {
  const octets = first?.split(".").map(Number);
  if (octets?.length !== 4) return undefined;
  // As the engine counts: in the last octet only.
  return [...octets.slice(0, 3), (octets[3] ?? 0) + offset].join(".");
}
