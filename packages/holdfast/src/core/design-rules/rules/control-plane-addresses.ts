import type { AddressBlock, HubSite } from "../../azure-stack-hub/index.ts";
import {
  addressBlockOf,
  blockHolds,
  blockOf,
  blocksOverlap,
  controlPlaneBlockOf,
  formatAddress,
  hubLimits,
  hubSitesOf,
} from "../../azure-stack-hub/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** Addresses that Azure keeps at the start of a subnet: network, gateway and two for DNS; and one at the end. */
const RESERVED = { start: 4, end: 1 };
/** What AKS Engine gives each node with the Azure plugin: DefaultKubernetesMaxPodsVNETIntegrated in pkg/api/const.go. */
const POD_ADDRESSES_PER_NODE = 30;

export const controlPlaneAddresses: DesignRule = {
  id: "control-plane-addresses",
  severity: "error",
  requirements: ["R22", "R71"],
  asks: "In the nodes' subnet 16 consecutive addresses are free for the control plane, near its end, and the rest hold the workers.",
  why: "Workers take addresses from the start. An address that two machines want is found when the deployment, or the next upgrade, fails.",
  example: { broken: "firstControlPlaneAddress: 10.100.1.250", fixed: "firstControlPlaneAddress: 10.100.1.229" },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const { nodeSubnet } = site.network;
      const block = controlPlaneBlockOf(site.network);
      if (nodeSubnet === undefined || block === undefined) continue; // planned-network says so.
      const plan = { site, range: nodeSubnet.range, subnet: blockOf(nodeSubnet.range), block };
      const path: Path = ["sites", index];
      yield* checkPlace(plan, path);
      yield* checkRoom(plan, path);
      yield* checkAddresses(plan, path);
    }
  },
};

interface Plan {
  readonly site: HubSite;
  readonly range: string;
  readonly subnet: AddressBlock;
  readonly block: AddressBlock;
}

function* checkPlace({ site, range, subnet, block }: Plan, path: Path): Iterable<Violation> {
  const at = [...path, "network", "firstControlPlaneAddress"];
  const whole = `${formatAddress(block.first)} to ${formatAddress(block.last)}`;
  const last = subnet.last - RESERVED.end;
  // A small subnet has no place that far from its start.
  const away = subnet.first + hubLimits.firstAddressesOfSubnet;
  const end = {
    path: at,
    hint: `Take ${formatAddress(last - 2 * hubLimits.controlPlaneAddresses + 2)}, or another near the end.`,
  };
  if (block.first < subnet.first + RESERVED.start) {
    yield {
      ...end,
      message: `Azure keeps the first ${RESERVED.start} addresses of ${range} to itself: ${formatAddress(block.first)} is one of them`,
    };
  } else if (block.last > last) {
    yield {
      ...end,
      message: `the control plane of ${site.name} takes ${hubLimits.controlPlaneAddresses} addresses, ${whole}, and ${range} ends before`,
    };
  } else if ((block.first % 256) + hubLimits.controlPlaneAddresses - 1 > 255) {
    yield {
      ...end,
      message: `the addresses ${whole} cross from one block of 256 to the next, and AKS Engine counts in the last number only`,
    };
  } else if (block.first < away && away + hubLimits.controlPlaneAddresses - 1 <= last) {
    yield {
      ...end,
      severity: "warning",
      message: `${formatAddress(block.first)} is among the first ${hubLimits.firstAddressesOfSubnet} addresses of ${range}, which the Hub gives to workers and load balancers first`,
    };
  }
}

function* checkRoom({ site, range, subnet, block }: Plan, path: Path): Iterable<Violation> {
  const { controlPlane, workerPools, networkPlugin } = site.cluster;
  const workers = workerPools.reduce((sum, pool) => sum + pool.count, 0) + 1;
  const internal = ownAddresses(site, path).filter(({ address }) => blockHolds(subnet, address)).length;
  const pods = networkPlugin === "azure" ? (workers + controlPlane.count) * POD_ADDRESSES_PER_NODE : 0;
  const needed = workers + internal + pods;
  const free = subnet.last - subnet.first + 1 - RESERVED.start - RESERVED.end - (block.last - block.first + 1);
  if (needed <= free) return;
  yield {
    path: [...path, "network", "nodeSubnet", "range"],
    message: `besides the control plane's ${hubLimits.controlPlaneAddresses}, ${range} has ${Math.max(0, free)} addresses for ${site.name}, and ${needed} are needed: ${workers} for workers, one more during an upgrade included, ${internal} for load balancers${pods > 0 ? `, ${pods} for pods, which the Azure plugin gives addresses of the subnet` : ""}`,
    hint: `Take a larger subnet${pods > 0 ? ", or networkPlugin: kubenet" : ""}: it cannot be changed later.`,
  };
}

function* checkAddresses(plan: Plan, path: Path): Iterable<Violation> {
  for (const { what, address, at } of ownAddresses(plan.site, path)) {
    if (blocksOverlap(plan.block, address)) {
      yield {
        path: at,
        message: `${what} of ${plan.site.name}, ${formatAddress(address.first)}, is one of the control plane's ${hubLimits.controlPlaneAddresses}`,
        hint: `Take an address of ${plan.range} outside ${formatAddress(plan.block.first)} to ${formatAddress(plan.block.last)}.`,
        related: [{ path: [...path, "network", "firstControlPlaneAddress"], message: "they begin here" }],
      };
    }
  }
}

interface OwnAddress {
  readonly what: string;
  readonly address: AddressBlock;
  readonly at: Path;
}

/** Each address once: services on different ports share one. The API server's own is the control plane's. */
function ownAddresses({ addresses: { ingress, dns, peering } }: HubSite, path: Path): readonly OwnAddress[] {
  const named = [
    { what: "the ingress", host: ingress?.host, key: ["ingress"] },
    { what: "the DNS server", host: dns?.host, key: ["dns"] },
    { what: "the ingress for other sites", host: peering.ingress?.host, key: ["peering", "ingress"] },
    { what: "the stores' address for other sites", host: peering.dataHost, key: ["peering", "dataHost"] },
  ];
  const seen = new Set<string>();
  return named.flatMap(({ what, host, key }) => {
    const address = host === undefined || seen.has(host) ? undefined : addressBlockOf(host);
    if (host === undefined || address === undefined) return [];
    seen.add(host);
    return [{ what, address, at: [...path, "addresses", ...key] }];
  });
}
