import { vpnGatewaySkus } from "../../azure-stack-hub/index.ts";
import type { SiteName } from "../../spec/index.ts";
import type { HubPlace, Peer, PlannedNetwork } from "./hub-place.ts";
import { hubResource } from "./hub-place.ts";
import { pairName, parameterFor, sharedKeySecret, shellVariable } from "./names.ts";
import { networkNames } from "./network.ts";
import { expression, idOf, parameter } from "./template.ts";
import type { Parameter, Resource, ResourceBody, Template } from "./template.ts";
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
export function vpnPeers({ peers }: Pick<HubPlace, "peers">): readonly Peer[] {
  return peers.filter(({ link, member }) => link === "vpn" && member.network.addressSpaces.length > 0);
}

/** A gateway with its tunnels, on a Hub or in public Azure: the same resources, each cloud in its own versions. */
interface TunnelEnd {
  readonly name: SiteName;
  readonly peers: readonly Peer[];
  /** Name of the VPN gateway. */
  readonly gateway: string;
  /** Whether the gateway's size takes a policy of our own. */
  readonly hasPolicy: boolean;
  /** Where this end's key of the tunnel to a peer comes from. */
  readonly sharedKey: (peer: SiteName) => Pick<Parameter, "secret" | "fromShell">;
  readonly resource: (type: typeof LOCAL_GATEWAY | typeof CONNECTION, name: string, body: ResourceBody) => Resource;
}

/**
 * Phase 2: this site's ends of its tunnels, deployed once every peer's gateway has its address. One connection joins a pair of
 * Hubs, whatever they carry: all gateways of a Hub share one public address.
 */
export function connectionsTemplate(place: HubPlace, planned: PlannedNetwork): Template | undefined {
  const peers = vpnPeers(place);
  if (peers.length === 0 || planned.gatewayRange === undefined) return undefined;
  const sku = place.network.vpnGateway?.sku;
  return tunnelsTemplate({
    name: place.name,
    peers,
    gateway: networkNames(place).gateway,
    hasPolicy: sku !== undefined && vpnGatewaySkus[sku].customPolicy,
    sharedKey: (peer) => ({ secret: { vaultId: vaultOf(place).id, name: sharedKeySecret(place.name, peer) } }),
    resource: (type, name, body) => hubResource(place, type, name, body),
  });
}

export function tunnelsTemplate(end: TunnelEnd): Template {
  return {
    parameters: {
      vpnGatewayName: {
        type: "string",
        about: "The VPN gateway of the virtual network, in this resource group.",
        value: end.gateway,
      },
      ...Object.fromEntries(end.peers.flatMap(({ member }) => peerParameters(end, member.name))),
    },
    resources: end.peers.flatMap((peer) => tunnelResources(end, peer)),
  };
}

function peerParameters(end: TunnelEnd, peer: SiteName): readonly (readonly [string, Parameter])[] {
  return [
    [
      parameterFor("gatewayAddress", peer),
      {
        type: "string",
        about: `Public address of the VPN gateway of ${peer}, known after its phase 1.`,
        fromShell: shellVariable("GATEWAY_ADDRESS", peer),
      },
    ],
    [
      parameterFor("sharedKey", peer),
      {
        type: "securestring",
        about: `Key that both ends of the tunnel to ${peer} share.`,
        ...end.sharedKey(peer),
      },
    ],
  ];
}

function tunnelResources(end: TunnelEnd, { member }: Peer): readonly Resource[] {
  const name = pairName(end.name, member.name);
  // `properties` are empty: the schema wants them beside an id, and the id says it all.
  const gateway = { id: `[${idOf(GATEWAY, expression(parameter("vpnGatewayName")))}]`, properties: {} };
  return [
    end.resource(LOCAL_GATEWAY, name, {
      properties: {
        gatewayIpAddress: `[${parameter(parameterFor("gatewayAddress", member.name))}]`,
        localNetworkAddressSpace: { addressPrefixes: member.network.addressSpaces },
      },
    }),
    end.resource(CONNECTION, name, {
      dependsOn: [`[${idOf(LOCAL_GATEWAY, name)}]`],
      properties: {
        connectionType: "IPsec",
        virtualNetworkGateway1: gateway,
        localNetworkGateway2: { id: `[${idOf(LOCAL_GATEWAY, name)}]`, properties: {} },
        routingWeight: 10,
        enableBgp: false,
        usePolicyBasedTrafficSelectors: false,
        sharedKey: `[${parameter(parameterFor("sharedKey", member.name))}]`,
        ...(end.hasPolicy ? { ipsecPolicies: [IPSEC_POLICY] } : {}),
      },
    }),
  ];
}
