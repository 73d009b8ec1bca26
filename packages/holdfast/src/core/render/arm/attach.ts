import type { HubPlace, PlannedNetwork } from "./hub-place.ts";
import { hubResource } from "./hub-place.ts";
import { networkNames } from "./network.ts";
import { idOf, parameter } from "./template.ts";
import type { Template } from "./template.ts";

/**
 * After AKS Engine: with kubenet each node has a range of pods, and the route table that the engine made leads there. In a network
 * of one's own nobody attaches it but the operator (aks-engine-azurestack docs/tutorials/custom-vnet.md). The engine's own
 * security group is at each machine's interface already; the subnet keeps ours, which is the narrower one.
 */
export function attachTemplate(place: HubPlace, planned: PlannedNetwork): Template | undefined {
  if (place.cluster?.networkPlugin !== "kubenet") return undefined;
  return {
    parameters: {
      nodeRouteTableId: {
        type: "string",
        about: "Id of the route table that AKS Engine made in the cluster's resource group.",
        fromShell: "$ROUTE_TABLE_ID",
      },
      nodeSecurityGroupId: {
        type: "string",
        about: "Id of the security group of the node subnet.",
        byDefault: `[${idOf("Microsoft.Network/networkSecurityGroups", networkNames(place).nodeRules)}]`,
      },
    },
    resources: [
      hubResource(
        place,
        "Microsoft.Network/virtualNetworks/subnets",
        `${planned.virtualNetwork}/${planned.nodes.name}`,
        {
          properties: {
            addressPrefix: planned.nodes.range,
            networkSecurityGroup: { id: `[${parameter("nodeSecurityGroupId")}]` },
            routeTable: { id: `[${parameter("nodeRouteTableId")}]` },
          },
        },
      ),
    ],
  };
}
