import { hubApiVersion } from "../../azure-stack-hub/index.ts";
import type { HubPlace, PlannedNetwork } from "./hub-place.ts";
import { networkNames } from "./network.ts";
import { parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";

/**
 * Whoever may change a resource group may delete its network, and the cluster with it (R116): a lock makes that two steps. It does
 * not stop AKS Engine, which adds and removes machines. The lock of the vault stands beside the vault.
 */
export function locksTemplate(place: HubPlace, planned: PlannedNetwork): Template {
  const { gateway } = networkNames(place);
  const network = lock(place, "Microsoft.Network/virtualNetworks", "virtualNetworkName", "The cluster's network.");
  const virtualNetworkName: Parameter = {
    type: "string",
    about: "The virtual network of the cluster.",
    value: planned.virtualNetwork,
  };
  if (planned.gatewayRange === undefined) return { parameters: { virtualNetworkName }, resources: [network] };
  const vpnGatewayName: Parameter = { type: "string", about: "Its VPN gateway.", value: gateway };
  return {
    parameters: { virtualNetworkName, vpnGatewayName },
    resources: [
      network,
      lock(
        place,
        "Microsoft.Network/virtualNetworkGateways",
        "vpnGatewayName",
        "A new one has another public address.",
      ),
    ],
  };
}

function lock({ platform }: HubPlace, type: string, name: string, notes: string): Resource {
  return {
    type: `${type}/providers/locks`,
    apiVersion: hubApiVersion(platform.apiProfile, "Microsoft.Authorization/locks"),
    name: `[concat(${parameter(name)}, '/Microsoft.Authorization/keep')]`,
    properties: { level: "CanNotDelete", notes },
  };
}
