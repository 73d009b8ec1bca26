import type { VpnGatewaySku } from "../spec/index.ts";

/** A size of VPN gateway. It cannot be changed, only deleted and made again. */
interface VpnGatewayCapacity {
  /** Of each connection. */
  readonly mbps: number;
  /** Connections that all gateways of one Hub share; `undefined`: the size is not offered. */
  readonly connectionsPerHub: number | undefined;
  /** The same on a Hub whose operator turned VPN Fast Path on. */
  readonly connectionsPerHubWithFastPath: number;
  readonly needsFastPath: boolean;
  readonly bgp: boolean;
  /** Whether a connection may have an IPsec policy of its own. */
  readonly customPolicy: boolean;
}

/** azure-stack-docs azure-stack-vpn-gateway-settings.md (02/2022) and azure-stack-vpn-fast-path-user.md (01/2024). */
export const vpnGatewaySkus: Readonly<Record<VpnGatewaySku, VpnGatewayCapacity>> = {
  Basic: anywhere({ mbps: 100, connectionsPerHub: 20, connectionsPerHubWithFastPath: 50, bgp: false }),
  Standard: anywhere({ mbps: 100, connectionsPerHub: 20, connectionsPerHubWithFastPath: 50, bgp: true }),
  HighPerformance: anywhere({ mbps: 200, connectionsPerHub: 10, connectionsPerHubWithFastPath: 24, bgp: true }),
  VpnGw1: fastPath({ mbps: 650, connectionsPerHubWithFastPath: 6 }),
  VpnGw2: fastPath({ mbps: 1_000, connectionsPerHubWithFastPath: 4 }),
  VpnGw3: fastPath({ mbps: 1_250, connectionsPerHubWithFastPath: 4 }),
};

/** The basic size has neither BGP nor policies. */
function anywhere(
  capacity: Pick<VpnGatewayCapacity, "mbps" | "bgp" | "connectionsPerHubWithFastPath"> & { connectionsPerHub: number },
): VpnGatewayCapacity {
  return { ...capacity, needsFastPath: false, customPolicy: capacity.bgp };
}

/** The pages say nothing of BGP and policies on these; they are taken to be as on HighPerformance. */
function fastPath(capacity: Pick<VpnGatewayCapacity, "mbps" | "connectionsPerHubWithFastPath">): VpnGatewayCapacity {
  return { ...capacity, connectionsPerHub: undefined, needsFastPath: true, bgp: true, customPolicy: true };
}
