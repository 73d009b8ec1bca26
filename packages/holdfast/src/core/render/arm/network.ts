import { hubApiVersion } from "../../azure-stack-hub/index.ts";
import type { HubPlace, PlannedNetwork } from "./hub-place.ts";
import { hubResource } from "./hub-place.ts";
import { parameterFor, resourceName, shellVariable } from "./names.ts";
import { helperRules, nodeRules, securityRules } from "./security-rules.ts";
import type { SecurityRule } from "./security-rules.ts";
import { idOf, parameter } from "./template.ts";
import type { Output, Parameter, Resource, Template } from "./template.ts";

const VNET = "Microsoft.Network/virtualNetworks";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const NSG = "Microsoft.Network/networkSecurityGroups";
const ADDRESS = "Microsoft.Network/publicIPAddresses";
const GATEWAY = "Microsoft.Network/virtualNetworkGateways";

/** Of this name and no other, or the gateway is refused (azure-stack-vpn-gateway-settings.md). */
export const GATEWAY_SUBNET = "GatewaySubnet";

export const networkNames = ({ name }: Pick<HubPlace, "name">) => ({
  nodeRules: resourceName(name, "nodes-nsg"),
  helperRules: resourceName(name, "helpers-nsg"),
  gateway: resourceName(name, "vpn"),
  gatewayAddress: resourceName(name, "vpn-ip"),
});

/**
 * Phase 1: the network, its rules and the VPN gateway. Who peers with whom is phase 2, because a gateway's address is known only
 * once it is there.
 *
 * Resource Manager writes a subnet whole: deployed again without its route table, the cluster's pods would lose their routes.
 * So the table is a parameter, and whoever deploys again passes on the one that is attached.
 */
export function networkTemplate(place: HubPlace, planned: PlannedNetwork): Template {
  const names = networkNames(place);
  const subnets = subnetsOf(place, planned);
  return {
    parameters: networkParameters(place, planned),
    variables: { routeTable: { id: `[${parameter("nodeRouteTableId")}]` } },
    resources: [
      securityGroup(place, names.nodeRules, nodeRules(place, planned)),
      ...(planned.helpers === undefined ? [] : [securityGroup(place, names.helperRules, helperRules())]),
      ...(planned.exists ? addedSubnets(place, planned, subnets) : [wholeNetwork(place, planned, subnets)]),
      ...(planned.gatewayRange === undefined ? [] : gatewayResources(place, planned)),
    ],
    outputs: outputsOf(place, planned),
  };
}

function networkParameters({ peers, network }: HubPlace, planned: PlannedNetwork): Record<string, Parameter> {
  const parameters: Record<string, Parameter> = {
    nodeRouteTableId: {
      type: "string",
      about: "Id of the route table that is attached to the node subnet; empty before AKS Engine made one.",
      byDefault: "",
      fromShell: "$ROUTE_TABLE_ID",
    },
  };
  if (planned.helpers !== undefined) {
    parameters["helperRange"] = {
      type: "string",
      about: "Range of the subnet for the helper machine and the agent. It must be free in the virtual network.",
      value: planned.helpers.range,
    };
    parameters["operatorRange"] = {
      type: "string",
      about:
        "Who may reach the helper machine by SSH: a range, or the tag of everything that the network is joined to.",
      byDefault: "VirtualNetwork",
    };
  }
  if (planned.gatewayRange !== undefined) {
    parameters["createVpnGateway"] = {
      type: "bool",
      about: "False where the virtual network has a VPN gateway already: it can have one only.",
      value: true,
    };
    parameters["vpnGatewaySku"] = {
      type: "string",
      about: "Size of the VPN gateway. It cannot be changed later.",
      value: network.vpnGateway?.sku,
    };
  }
  for (const { link, member } of peers) {
    if (link !== "public") continue;
    parameters[parameterFor("publicAddress", member.name)] = {
      type: "string",
      about: `The public address or range from which ${member.name} comes.`,
      fromShell: shellVariable("PUBLIC_ADDRESS", member.name),
    };
  }
  return parameters;
}

interface Subnet {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** No security group on the gateway's: the Hub does not allow it. */
function subnetsOf(place: HubPlace, { nodes, helpers, gatewayRange }: PlannedNetwork): readonly Subnet[] {
  const names = networkNames(place);
  const guardedBy = (group: string) => ({ networkSecurityGroup: { id: `[${idOf(NSG, group)}]` } });
  const subnets: Subnet[] = [
    {
      name: nodes.name,
      properties: {
        addressPrefix: nodes.range,
        ...guardedBy(names.nodeRules),
        routeTable: `[if(empty(${parameter("nodeRouteTableId")}), json('null'), variables('routeTable'))]`,
      },
    },
  ];
  if (helpers !== undefined) {
    const addressPrefix = `[${parameter("helperRange")}]`;
    subnets.push({ name: helpers.name, properties: { addressPrefix, ...guardedBy(names.helperRules) } });
  }
  if (gatewayRange !== undefined) subnets.push({ name: GATEWAY_SUBNET, properties: { addressPrefix: gatewayRange } });
  return subnets;
}

function securityGroup(place: HubPlace, name: string, rules: readonly SecurityRule[]): Resource {
  return hubResource(place, NSG, name, { properties: { securityRules: securityRules(rules) } });
}

function wholeNetwork(place: HubPlace, planned: PlannedNetwork, subnets: readonly Subnet[]): Resource {
  return hubResource(place, VNET, planned.virtualNetwork, {
    dependsOn: securityGroupIds(place, planned),
    properties: { addressSpace: { addressPrefixes: planned.addressSpaces }, subnets },
  });
}

/** One after the other: Resource Manager changes one subnet of a network at a time, and refuses the next meanwhile. */
function addedSubnets(place: HubPlace, planned: PlannedNetwork, subnets: readonly Subnet[]): readonly Resource[] {
  return subnets.map(({ name, properties }, index) => {
    const before = subnets[index - 1];
    const after = before === undefined ? [] : [`[${idOf(SUBNET, planned.virtualNetwork, before.name)}]`];
    return hubResource(place, SUBNET, `${planned.virtualNetwork}/${name}`, {
      dependsOn: [...securityGroupIds(place, planned), ...after],
      properties,
    });
  });
}

function securityGroupIds(place: HubPlace, { helpers }: PlannedNetwork): readonly string[] {
  const names = networkNames(place);
  return [names.nodeRules, ...(helpers === undefined ? [] : [names.helperRules])].map((name) => `[${idOf(NSG, name)}]`);
}

/** Route-based, active and passive, over IPv4: a Hub has no other (azure-stack-vpn-gateway-settings.md). */
function gatewayResources(place: HubPlace, planned: PlannedNetwork): readonly Resource[] {
  const names = networkNames(place);
  const condition = `[${parameter("createVpnGateway")}]`;
  const subnet = idOf(SUBNET, planned.virtualNetwork, GATEWAY_SUBNET);
  const size = `[${parameter("vpnGatewaySku")}]`;
  return [
    hubResource(place, ADDRESS, names.gatewayAddress, {
      condition,
      sku: { name: "Basic" },
      properties: { publicIPAllocationMethod: "Dynamic", publicIPAddressVersion: "IPv4" },
    }),
    hubResource(place, GATEWAY, names.gateway, {
      condition,
      dependsOn: [
        `[${idOf(ADDRESS, names.gatewayAddress)}]`,
        `[${planned.exists ? subnet : idOf(VNET, planned.virtualNetwork)}]`,
      ],
      properties: routeBasedGateway(size, idOf(ADDRESS, names.gatewayAddress), subnet),
    }),
  ];
}

/** The address and the subnet by their ids, as expressions without brackets. */
export function routeBasedGateway(size: string, address: string, subnet: string) {
  return {
    gatewayType: "Vpn",
    vpnType: "RouteBased",
    activeActive: false,
    enableBgp: false,
    sku: { name: size, tier: size },
    ipConfigurations: [
      {
        name: "default",
        properties: {
          privateIPAllocationMethod: "Dynamic",
          publicIPAddress: { id: `[${address}]` },
          subnet: { id: `[${subnet}]` },
        },
      },
    ],
  };
}

function outputsOf(place: HubPlace, planned: PlannedNetwork): Record<string, Output> {
  const { apiProfile } = place.platform;
  const address = idOf(ADDRESS, networkNames(place).gatewayAddress);
  const gateway: Output = {
    type: "string",
    value: `[if(${parameter("createVpnGateway")}, reference(${address}, '${hubApiVersion(apiProfile, ADDRESS)}').ipAddress, '')]`,
  };
  return {
    addressSpaces: {
      type: "array",
      value: `[reference(${idOf(VNET, planned.virtualNetwork)}, '${hubApiVersion(apiProfile, VNET)}').addressSpace.addressPrefixes]`,
    },
    nodeSubnetId: { type: "string", value: `[${idOf(SUBNET, planned.virtualNetwork, planned.nodes.name)}]` },
    ...(planned.gatewayRange === undefined ? {} : { gatewayAddress: gateway }),
  };
}
