import { membersOf } from "../../spec/index.ts";
import type { Fleet, Network, SiteName, VpnGatewaySku } from "../../spec/index.ts";
import { vpnPeers } from "./connections.ts";
import { freeRange } from "./free-range.ts";
import { peersOf } from "./hub-place.ts";
import type { Peer } from "./hub-place.ts";
import { resourceName } from "./names.ts";

/** A site or a witness in public Azure that a VPN joins to others: somebody else builds its cluster, and we its gateway. */
export interface AzurePlace {
  readonly fleet: Fleet;
  readonly name: SiteName;
  /** The region of its data centre, where the fleet file names it. */
  readonly region: string | undefined;
  readonly sku: VpnGatewaySku | undefined;
  /** Those that the VPN joins to it, in the order of the links. */
  readonly peers: readonly Peer[];
  /** Where other sites expect its cluster: the nodes have to be in the virtual network that has these. */
  readonly nodeAddresses: readonly string[];
  readonly planned: AzureNetwork;
}

interface AzureNetwork {
  readonly resourceGroup: string;
  readonly virtualNetwork: string;
  /** It was there before us: it gets a subnet for the gateway, and is left alone else. */
  readonly exists: boolean;
  readonly addressSpaces: readonly string[];
  readonly nodes: Network["nodeSubnet"];
  readonly gatewayRange: string;
}

/** In the order of the file. Without room for a gateway's subnet there is nothing that could be rendered. */
export function azurePlaces(fleet: Fleet): readonly AzurePlace[] {
  const links = peersOf(fleet);
  return membersOf(fleet).flatMap((member): AzurePlace[] => {
    const { name, platform, location, network, addresses } = member;
    if (platform.kind !== "kubernetes" || location.hosting !== "public-cloud") return [];
    if (!isAzure(platform.distribution)) return [];
    const peers = vpnPeers({ peers: links.get(name) ?? [] });
    const { kubernetesApi, ingress, dataHost } = addresses.peering;
    const hosts = [kubernetesApi?.host, ingress?.host, dataHost].filter((host) => host !== undefined);
    const nodeAddresses = [...new Set(hosts)];
    const planned = azureNetwork(name, network, nodeAddresses);
    if (peers.length === 0 || planned === undefined) return [];
    return [{ fleet, name, region: location.azureRegion, sku: network.vpnGateway?.sku, peers, nodeAddresses, planned }];
  });
}

/** Every site has a nearest Azure region; only the cluster's kind says that it is in Azure itself: AKS, or Azure Red Hat OpenShift. */
function isAzure(distribution: string | undefined): boolean {
  return distribution !== undefined && /^(?:aks|aro|azure)\b/i.test(distribution);
}

function azureNetwork(name: SiteName, network: Network, nodeAddresses: readonly string[]): AzureNetwork | undefined {
  const { addressSpaces, existing, nodeSubnet, gatewaySubnet, podRange, serviceRange } = network;
  const taken = [nodeSubnet?.range, podRange, serviceRange, ...nodeAddresses.map((address) => `${address}/32`)];
  const gatewayRange =
    gatewaySubnet ??
    freeRange(
      addressSpaces,
      taken.filter((range) => range !== undefined),
      27,
    );
  if (gatewayRange === undefined) return undefined;
  return {
    resourceGroup: existing?.resourceGroup ?? resourceName(name, "network"),
    virtualNetwork: existing?.virtualNetwork ?? resourceName(name, "vnet", 64),
    exists: existing !== undefined,
    addressSpaces,
    nodes: nodeSubnet,
    gatewayRange,
  };
}
