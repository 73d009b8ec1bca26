import { hubApiVersion } from "../../azure-stack-hub/index.ts";
import type { HubResourceType } from "../../azure-stack-hub/index.ts";
import { membersOf } from "../../spec/index.ts";
import type {
  AzureStackHub,
  Cluster,
  Fleet,
  Link,
  Member,
  Network,
  SiteAddresses,
  SiteName,
} from "../../spec/index.ts";
import { freeRange } from "./free-range.ts";
import { resourceName } from "./names.ts";
import { HERE } from "./template.ts";
import type { Resource, ResourceBody } from "./template.ts";

/** A site or a witness on an Azure Stack Hub, with what its templates need to know. */
export interface HubPlace {
  readonly fleet: Fleet;
  readonly name: SiteName;
  readonly role: "site" | "witness";
  readonly platform: AzureStackHub;
  readonly cluster: Cluster | undefined;
  readonly network: Network;
  readonly addresses: SiteAddresses;
  /** Those that a link joins to it, in the order of the links: nobody else can reach it. */
  readonly peers: readonly Peer[];
}

export interface Peer {
  readonly link: Link["kind"];
  readonly member: Member;
}

/** In the order of the file. */
export function hubPlaces(fleet: Fleet): readonly HubPlace[] {
  const peers = peersOf(fleet);
  return membersOf(fleet).flatMap((member) => {
    const { name, role, platform, network, addresses } = member;
    if (platform.kind !== "azure-stack-hub") return [];
    const cluster = member.role === "site" ? member.cluster : undefined;
    return [{ fleet, name, role, platform, cluster, network, addresses, peers: peers.get(name) ?? [] }];
  });
}

/** Whom a link joins to each member, in the order of the links. */
export function peersOf(fleet: Fleet): ReadonlyMap<SiteName, readonly Peer[]> {
  const members = new Map(membersOf(fleet).map((member) => [member.name, member]));
  const peers = new Map<SiteName, Peer[]>();
  for (const { between, kind } of fleet.links) {
    for (const [name, other] of [between, between.toReversed()] as [SiteName, SiteName][]) {
      const member = members.get(other);
      if (member !== undefined) peers.set(name, [...(peers.get(name) ?? []), { link: kind, member }]);
    }
  }
  return peers;
}

/** What the fleet file plans of a network. Without it AKS Engine makes a network of its own, and there is nothing to render. */
export interface PlannedNetwork {
  readonly resourceGroup: string;
  readonly virtualNetwork: string;
  /** It was there before us: we add to it and leave the rest alone. */
  readonly exists: boolean;
  readonly addressSpaces: readonly string[];
  readonly nodes: { readonly name: string; readonly range: string };
  /** For the helper machine and the pipelines' agent. Absent: there is no room, and they stand among the nodes. */
  readonly helpers: { readonly name: string; readonly range: string } | undefined;
  readonly gatewayRange: string | undefined;
}

export function plannedNetwork({ name, platform, network }: HubPlace): PlannedNetwork | undefined {
  const { addressSpaces, nodeSubnet, gatewaySubnet, existing } = network;
  if (nodeSubnet === undefined || addressSpaces.length === 0) return undefined;
  const taken = [nodeSubnet.range, ...(gatewaySubnet === undefined ? [] : [gatewaySubnet])];
  const room = freeRange(addressSpaces, taken, 28);
  return {
    resourceGroup: existing?.resourceGroup ?? platform.resourceGroup,
    virtualNetwork: existing?.virtualNetwork ?? resourceName(name, "vnet", 64),
    exists: existing !== undefined,
    addressSpaces,
    nodes: nodeSubnet,
    helpers: room === undefined ? undefined : { name: helpersName(nodeSubnet.name), range: room },
    gatewayRange: network.vpnGateway === undefined ? undefined : gatewaySubnet,
  };
}

/** Two subnets of a network cannot have one name, whatever the case of its letters. */
function helpersName(nodes: string): string {
  return nodes.toLowerCase() === "helpers" ? "helpers-2" : "helpers";
}

/** A resource on this Hub, in the version that its API profile has. */
export function hubResource(
  { fleet, name: site, platform }: HubPlace,
  type: HubResourceType,
  name: string,
  rest: ResourceBody,
): Resource {
  const { condition, ...others } = rest;
  return {
    type,
    apiVersion: hubApiVersion(platform.apiProfile, type),
    name,
    ...(condition === undefined ? {} : { condition }),
    ...(hasPlace(type) ? { location: HERE, tags: { "holdfast-fleet": fleet.name, "holdfast-site": site } } : {}),
    ...others,
  };
}

/** The others are parts of another resource, or rules about one. */
function hasPlace(type: HubResourceType): boolean {
  return !type.startsWith("Microsoft.Authorization/") && type !== "Microsoft.Network/virtualNetworks/subnets";
}
