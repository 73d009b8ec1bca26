import type { HubSite } from "../../azure-stack-hub/index.ts";
import { blockOf, defaultNetwork, formatAddress, hubLimits, hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const plannedNetwork: DesignRule = {
  id: "planned-network",
  severity: "error",
  requirements: ["R21", "R65", "R71", "R72"],
  asks: "A cluster on Azure Stack Hub goes into a network that was planned: a subnet of its own, known addresses, best one that exists.",
  why: "Left alone, AKS Engine builds the same network 10.0.0.0/8 at every site, and it can never be changed: two such sites cannot be joined.",
  example: {
    broken: "gatewaySubnet: 10.100.255.224/27",
    fixed: "gatewaySubnet: 10.100.255.224/27\nfirstControlPlaneAddress: 10.100.1.229",
  },
  *check(fleet) {
    const linked = new Map<string, string>();
    for (const {
      between: [a, b],
      kind,
    } of fleet.links) {
      if (kind === "public") continue;
      if (!linked.has(a)) linked.set(a, b);
      if (!linked.has(b)) linked.set(b, a);
    }
    for (const { site, index } of hubSitesOf(fleet)) {
      yield* checkSite(site, linked.get(site.name), ["sites", index, "network"]);
    }
  },
};

function* checkSite({ name, network, platform }: HubSite, peer: string | undefined, path: Path): Iterable<Violation> {
  const { nodeSubnet, firstControlPlaneAddress, existing, addressSpaces } = network;
  if (nodeSubnet === undefined) {
    yield withoutSubnet(name, peer, existing === undefined ? path : [...path, "existing"], existing?.virtualNetwork);
    return;
  }
  if (firstControlPlaneAddress === undefined) {
    yield {
      path: [...path, "nodeSubnet"],
      message: `${name} names the nodes' subnet and not the first control-plane address in it: AKS Engine needs both`,
      hint: `Add firstControlPlaneAddress: ${suggestion(nodeSubnet.range)}, the first of ${hubLimits.controlPlaneAddresses} free ones near the subnet's end.`,
    };
  }
  if (addressSpaces.length === 0 && peer !== undefined) {
    yield {
      path: [...path, "addressSpaces"],
      severity: "warning",
      message: `${name} is linked with ${peer} and names no address space: the link does not know what to route`,
      hint: `Add addressSpaces: the virtual network's range, with ${nodeSubnet.range} in it.`,
    };
  }
  if (existing !== undefined && existing.resourceGroup.toLowerCase() !== platform.resourceGroup.toLowerCase()) {
    yield {
      path: [...path, "existing", "resourceGroup"],
      severity: "advice",
      message: `the network of ${name} is in ${existing.resourceGroup} and its cluster in ${platform.resourceGroup}; Microsoft's guide has both in one group`,
      hint: "Use one resource group, or give the service principal a role on the network's group too: it attaches the route table there.",
      related: [{ path: [...path.slice(0, -1), "platform", "resourceGroup"], message: "the cluster's" }],
    };
  }
}

function withoutSubnet(name: string, peer: string | undefined, path: Path, network: string | undefined): Violation {
  const hint =
    "Add nodeSubnet: { name: ..., range: ... } and firstControlPlaneAddress, with ranges that no other site has.";
  if (network !== undefined) {
    return {
      path,
      message: `${name} is to go into the network ${network}, and no subnet for its nodes is named`,
      hint,
    };
  }
  if (peer !== undefined) {
    return {
      path,
      message: `${name} would get AKS Engine's own network ${defaultNetwork.addressSpace}, the same at every site: its link with ${peer} cannot route`,
      hint,
    };
  }
  return {
    path,
    severity: "advice",
    message: `${name} would get AKS Engine's own network ${defaultNetwork.addressSpace}, which cannot be changed or joined with another later`,
    hint,
  };
}

/** As in Microsoft's guide: .224 of a /24, two blocks of 16 from the end. */
function suggestion(range: string): string {
  const { first, last } = blockOf(range);
  return formatAddress(Math.max(first + 4, last - 2 * hubLimits.controlPlaneAddresses + 1));
}
