import type { VpnGatewaySku } from "../../spec/index.ts";
import { keyVaultName, tunnelKey } from "../access/secrets/secret-plan.ts";
import type { AzurePlace } from "./azure-place.ts";
import { azureType, azureVersions } from "./azure-versions.ts";
import type { AzureResourceType } from "./azure-versions.ts";
import { tunnelsTemplate } from "./connections.ts";
import { sharedKeySecret } from "./names.ts";
import { GATEWAY_SUBNET, networkNames, routeBasedGateway } from "./network.ts";
import { publicVault } from "./public-vault.ts";
import type { NamedTemplate } from "./site-templates.ts";
import { HERE, idOf, parameter } from "./template.ts";
import type { Output, Parameter, Resource, ResourceBody, Template } from "./template.ts";

const VNET = "Microsoft.Network/virtualNetworks";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const ADDRESS = "Microsoft.Network/publicIPAddresses";
const GATEWAY = "Microsoft.Network/virtualNetworkGateways";

/**
 * Sizes that public Azure still makes, by the size that the fleet file names: it makes no new gateway of the older ones, and moves
 * what there is of them to these (azure-docs includes/vpn-gateway-deprecate-sku-faq.md, vpn-gateway/gateway-sku-upgrade).
 */
const SIZES: Readonly<Record<VpnGatewaySku, string>> = {
  Basic: "VpnGw1AZ",
  Standard: "VpnGw1AZ",
  HighPerformance: "VpnGw2AZ",
  VpnGw1: "VpnGw1AZ",
  VpnGw2: "VpnGw2AZ",
  VpnGw3: "VpnGw3AZ",
};

/** The place's side of its tunnels, in the order in which it is deployed: the same two phases as on a Hub. */
export function gatewayTemplates(place: AzurePlace): readonly NamedTemplate[] {
  const { resourceGroup } = place.planned;
  return [
    { name: "1-network", template: gatewayNetwork(place), resourceGroup },
    { name: "2-connections", template: tunnels(place), resourceGroup },
  ];
}

/**
 * Resource Manager writes a virtual network whole: deployed again, it would lose the subnets that others gave it since, the
 * cluster's among them. So the network is made once, and later only the gateway's subnet is written.
 */
function gatewayNetwork(place: AzurePlace): Template {
  const { virtualNetwork, exists } = place.planned;
  const names = networkNames(place);
  const gatewayCondition = `[${parameter("createVpnGateway")}]`;
  const subnetId = idOf(SUBNET, virtualNetwork, GATEWAY_SUBNET);
  return {
    parameters: networkParameters(place),
    resources: [
      ...(exists ? [] : [wholeNetwork(place)]),
      azureResource(place, SUBNET, `${virtualNetwork}/${GATEWAY_SUBNET}`, {
        ...(exists ? {} : { dependsOn: [`[${idOf(VNET, virtualNetwork)}]`] }),
        properties: { addressPrefix: `[${parameter("gatewayRange")}]` },
      }),
      // A gateway of these sizes takes a static address of this kind only.
      azureResource(place, ADDRESS, names.gatewayAddress, {
        condition: gatewayCondition,
        sku: { name: "Standard" },
        properties: { publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4" },
      }),
      azureResource(place, GATEWAY, names.gateway, {
        condition: gatewayCondition,
        dependsOn: [`[${idOf(ADDRESS, names.gatewayAddress)}]`, `[${subnetId}]`],
        properties: routeBasedGateway(`[${parameter("vpnGatewaySku")}]`, idOf(ADDRESS, names.gatewayAddress), subnetId),
      }),
    ],
    outputs: outputsOf(place),
  };
}

function networkParameters({ sku = "VpnGw1", planned }: AzurePlace): Record<string, Parameter> {
  return {
    ...(planned.exists
      ? {}
      : {
          createVirtualNetwork: {
            type: "bool" as const,
            about:
              "Whether to make the virtual network: once. Made again, it would lose the subnets that it has by then.",
            fromShell: "$CREATE_NETWORK",
          },
        }),
    gatewayRange: {
      type: "string",
      about: "Range of the gateway's subnet. It must be free in the virtual network.",
      value: planned.gatewayRange,
    },
    createVpnGateway: {
      type: "bool",
      about: "False where the virtual network has a VPN gateway already: it can have one only.",
      value: true,
    },
    vpnGatewaySku: {
      type: "string",
      about: "Size of the VPN gateway.",
      value: SIZES[sku],
    },
  };
}

function wholeNetwork(place: AzurePlace): Resource {
  const { virtualNetwork, addressSpaces, nodes } = place.planned;
  const subnets = nodes === undefined ? [] : [{ name: nodes.name, properties: { addressPrefix: nodes.range } }];
  return azureResource(place, VNET, virtualNetwork, {
    condition: `[${parameter("createVirtualNetwork")}]`,
    properties: { addressSpace: { addressPrefixes: addressSpaces }, subnets },
  });
}

function outputsOf(place: AzurePlace): Record<string, Output> {
  const address = idOf(ADDRESS, networkNames(place).gatewayAddress);
  const network = idOf(VNET, place.planned.virtualNetwork);
  return {
    addressSpaces: {
      type: "array",
      value: `[reference(${network}, '${azureVersions[VNET]}').addressSpace.addressPrefixes]`,
    },
    gatewayAddress: {
      type: "string",
      value: `[if(${parameter("createVpnGateway")}, reference(${address}, '${azureVersions[ADDRESS]}').ipAddress, '')]`,
    },
  };
}

/** All its sizes take a policy, so that it has the Hubs' also where a Hub's own gateway has only the default, which is the same. */
function tunnels(place: AzurePlace): Template {
  return tunnelsTemplate({
    name: place.name,
    peers: place.peers,
    gateway: networkNames(place).gateway,
    hasPolicy: true,
    sharedKey: (peer) => {
      const vault = publicVault(place.fleet);
      // Resource Manager reads only vaults of its own cloud. Where secrets are elsewhere, a file takes the key there.
      return vault === undefined
        ? { fromShell: `@$WORK/${sharedKeySecret(place.name, peer)}` }
        : { secret: { vaultId: vault.id, name: keyVaultName(tunnelKey(place.name, peer)) } };
    },
    resource: (type, name, body) => azureResource(place, type, name, body),
  });
}

function azureResource(place: AzurePlace, type: AzureResourceType, name: string, rest: ResourceBody): Resource {
  const { condition, ...others } = rest;
  const tags = { "holdfast-fleet": place.fleet.name, "holdfast-site": place.name };
  return {
    ...azureType(type),
    name,
    ...(condition === undefined ? {} : { condition }),
    ...(type === SUBNET ? {} : { location: HERE, tags }),
    ...others,
  };
}
