import { vpnGatewaySkus } from "../../azure-stack-hub/index.ts";
import type { HubPlace, Peer, PlannedNetwork } from "./hub-place.ts";
import { hubResource } from "./hub-place.ts";
import { pairName, parameterFor, sharedKeySecret, shellVariable } from "./names.ts";
import { networkNames } from "./network.ts";
import { expression, idOf, parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";
import { vaultOf } from "./vault.ts";

const LOCAL_GATEWAY = "Microsoft.Network/localNetworkGateways";
const CONNECTION = "Microsoft.Network/connections";
const GATEWAY = "Microsoft.Network/virtualNetworkGateways";

/**
 * The strongest that a Hub and public Azure both have, said outright so that two ends agree whatever their defaults are. All
 * eight fields are required, and GCM encrypts and authenticates in one (azure-stack-vpn-gateway-settings.md, 02/2022).
 */
export const IPSEC_POLICY = {
  ikeEncryption: "AES256",
  ikeIntegrity: "SHA384",
  dhGroup: "ECP384",
  ipsecEncryption: "GCMAES256",
  ipsecIntegrity: "GCMAES256",
  pfsGroup: "ECP384",
  saLifeTimeSeconds: 27_000,
  saDataSizeKilobytes: 102_400_000,
} as const;

/** Peers that the site's own gateway joins by a VPN. A tunnel needs to know what lies behind its other end. */
export function vpnPeers({ peers }: HubPlace): readonly Peer[] {
  return peers.filter(({ link, member }) => link === "vpn" && member.network.addressSpaces.length > 0);
}

/**
 * Phase 2: this site's ends of its tunnels, deployed once every peer's gateway has its address. One connection joins a pair of
 * Hubs, whatever they carry: all gateways of a Hub share one public address.
 */
export function connectionsTemplate(place: HubPlace, planned: PlannedNetwork): Template | undefined {
  const peers = vpnPeers(place);
  if (peers.length === 0 || planned.gatewayRange === undefined) return undefined;
  return {
    parameters: {
      vpnGatewayName: {
        type: "string",
        about: "The VPN gateway of the virtual network, in this resource group.",
        value: networkNames(place).gateway,
      },
      ...Object.fromEntries(peers.flatMap((peer) => peerParameters(place, peer))),
    },
    resources: peers.flatMap((peer) => connectionResources(place, peer)),
  };
}

function peerParameters(place: HubPlace, { member: { name } }: Peer): readonly (readonly [string, Parameter])[] {
  return [
    [
      parameterFor("gatewayAddress", name),
      {
        type: "string",
        about: `Public address of the VPN gateway of ${name}, known after its phase 1.`,
        fromShell: shellVariable("GATEWAY_ADDRESS", name),
      },
    ],
    [
      parameterFor("sharedKey", name),
      {
        type: "securestring",
        about: `Key that both ends of the tunnel to ${name} share.`,
        secret: { vaultId: vaultOf(place).id, name: sharedKeySecret(place.name, name) },
      },
    ],
  ];
}

function connectionResources(place: HubPlace, { member }: Peer): readonly Resource[] {
  const name = pairName(place.name, member.name);
  const sku = place.network.vpnGateway?.sku;
  const policy = sku !== undefined && vpnGatewaySkus[sku].customPolicy ? { ipsecPolicies: [IPSEC_POLICY] } : {};
  // `properties` are empty: the schema wants them beside an id, and the id says it all.
  const gateway = { id: `[${idOf(GATEWAY, expression(parameter("vpnGatewayName")))}]`, properties: {} };
  return [
    hubResource(place, LOCAL_GATEWAY, name, {
      properties: {
        gatewayIpAddress: `[${parameter(parameterFor("gatewayAddress", member.name))}]`,
        localNetworkAddressSpace: { addressPrefixes: member.network.addressSpaces },
      },
    }),
    hubResource(place, CONNECTION, name, {
      dependsOn: [`[${idOf(LOCAL_GATEWAY, name)}]`],
      properties: {
        connectionType: "IPsec",
        virtualNetworkGateway1: gateway,
        localNetworkGateway2: { id: `[${idOf(LOCAL_GATEWAY, name)}]`, properties: {} },
        routingWeight: 10,
        enableBgp: false,
        usePolicyBasedTrafficSelectors: false,
        sharedKey: `[${parameter(parameterFor("sharedKey", member.name))}]`,
        ...policy,
      },
    }),
  ];
}
