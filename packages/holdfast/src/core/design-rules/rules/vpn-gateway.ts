import { blockOf, blocksOverlap, hubLimits, vpnGatewaySkus } from "../../azure-stack-hub/index.ts";
import type { Network } from "../../spec/index.ts";
import { parseIpv4Range } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const vpnGateway: DesignRule = {
  id: "vpn-gateway",
  severity: "error",
  requirements: ["R64", "R65", "R72"],
  asks: "A site on Azure Stack Hub with a VPN link has a gateway, in a subnet of its own that is large enough, of a size that the Hub offers.",
  why: "The link does not exist without it, and neither the subnet nor the size can be changed while the gateway stands.",
  example: { broken: "gatewaySubnet: 10.100.1.224/27", fixed: "gatewaySubnet: 10.100.255.224/27" },
  *check({ sites, links }) {
    const linked = new Map<string, number>();
    for (const [index, { between, kind }] of links.entries()) {
      if (kind !== "vpn") continue;
      for (const name of between) if (!linked.has(name)) linked.set(name, index);
    }
    for (const [index, { name, platform, network }] of sites.entries()) {
      if (platform.kind !== "azure-stack-hub") continue;
      const path: Path = ["sites", index, "network"];
      yield* checkGateway(name, network, linked.get(name), path);
      yield* checkSubnet(name, network, path);
    }
  },
};

function* checkGateway(name: string, network: Network, link: number | undefined, path: Path): Iterable<Violation> {
  const at = [...path, "vpnGateway"];
  const { vpnGateway: gateway, existing } = network;
  if (gateway === undefined) {
    if (link === undefined) return;
    yield {
      path: at,
      ...(existing === undefined ? {} : { severity: "warning" as const }),
      message:
        existing === undefined
          ? `${name} has a VPN link and no VPN gateway`
          : `${name} has a VPN link, and the file does not say which gateway the network ${existing.virtualNetwork} has`,
      hint: "Add vpnGateway: { sku: HighPerformance }, or the size of the one that exists.",
      related: [{ path: ["links", link], message: "the link" }],
    };
    return;
  }
  if (link === undefined) {
    yield {
      path: at,
      severity: "advice",
      message: `${name} has a VPN gateway and no VPN link: it takes one of the subscription's gateways and public addresses`,
      hint: "Remove vpnGateway, or add the link.",
    };
  }
  if (vpnGatewaySkus[gateway.sku].needsFastPath) {
    yield {
      path: [...at, "sku"],
      severity: "advice",
      message: `a Hub offers ${gateway.sku} only when its operator has turned VPN Fast Path on, and the other end has to support NAT-T`,
      hint: "Ask the operator before the network is built; HighPerformance is the largest size on every Hub.",
    };
  }
}

function* checkSubnet(name: string, { gatewaySubnet, nodeSubnet }: Network, path: Path): Iterable<Violation> {
  const prefix = gatewaySubnet === undefined ? undefined : parseIpv4Range(gatewaySubnet)?.prefix;
  if (gatewaySubnet === undefined || prefix === undefined) return;
  const at = [...path, "gatewaySubnet"];
  if (prefix > hubLimits.gatewaySubnetPrefixMax) {
    yield {
      path: at,
      message: `${gatewaySubnet} is too small for the VPN gateway of ${name}: it needs a /${hubLimits.gatewaySubnetPrefixMax}`,
      hint: `Take a /${hubLimits.gatewaySubnetPrefixAdvised} or larger.`,
    };
  } else if (prefix > hubLimits.gatewaySubnetPrefixAdvised) {
    yield {
      path: at,
      severity: "warning",
      message: `${gatewaySubnet} holds the VPN gateway of ${name} today; Microsoft advises a /${hubLimits.gatewaySubnetPrefixAdvised} or larger, for later`,
      hint: `Take a /${hubLimits.gatewaySubnetPrefixAdvised} or larger: the subnet cannot grow while the gateway stands.`,
    };
  }
  if (nodeSubnet !== undefined && blocksOverlap(blockOf(gatewaySubnet), blockOf(nodeSubnet.range))) {
    yield {
      path: at,
      message: `the gateway's subnet of ${name}, ${gatewaySubnet}, overlaps the nodes' ${nodeSubnet.range}: nothing else may be in it`,
      hint: "Take another part of the address space.",
      related: [{ path: [...path, "nodeSubnet"], message: "the nodes' subnet" }],
    };
  }
}
