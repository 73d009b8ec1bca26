import type { HubSite } from "../../azure-stack-hub/index.ts";
import { blockOf, blocksOverlap, hubLimits, isHubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet, Network } from "../../spec/index.ts";
import { membersOf, parseIpv4, parseIpv4Range } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** kubenet gives each node a range of its own. */
const KUBENET_NODE_PREFIX = 24;

export const clusterRanges: DesignRule = {
  id: "cluster-ranges",
  severity: "error",
  requirements: ["R65", "R71"],
  asks: "Addresses of pods and services overlap nothing that the cluster talks to, and there are enough of them.",
  why: "A cluster keeps connections to its own ranges inside: what another site has there cannot be reached, and nothing says why.",
  example: { broken: "podRange: 10.100.0.0/16", fixed: "podRange: 10.110.0.0/16" },
  *check(fleet) {
    const places = placesOf(fleet);
    for (const place of places.values()) {
      yield* checkOwn(place);
      for (const peer of place.peers) {
        const other = places.get(peer);
        if (other !== undefined) yield* checkAgainst(place, other);
      }
    }
    for (const [index, site] of fleet.sites.entries()) {
      if (isHubSite(site)) yield* checkSizes(site, ["sites", index, "network"]);
    }
  },
};

interface Place {
  readonly name: string;
  readonly network: Network;
  readonly path: Path;
  /** Pods have addresses of the network itself. */
  readonly podsInNetwork: boolean;
  /** Linked other than over the Internet. */
  readonly peers: string[];
}

function placesOf(fleet: Fleet): ReadonlyMap<string, Place> {
  const places = new Map(
    membersOf(fleet).map((member, index): [string, Place] => [
      member.name,
      {
        name: member.name,
        network: member.network,
        path: [...(member.role === "site" ? ["sites", index] : ["witness"]), "network"],
        podsInNetwork: member.role === "site" && member.cluster?.networkPlugin === "azure",
        peers: [],
      },
    ]),
  );
  for (const {
    between: [a, b],
    kind,
  } of fleet.links) {
    if (kind === "public") continue;
    places.get(a)?.peers.push(b);
    places.get(b)?.peers.push(a);
  }
  return places;
}

function* checkOwn({ name, network, path, podsInNetwork }: Place): Iterable<Violation> {
  const { podRange, serviceRange, nodeSubnet, addressSpaces } = network;
  if (podRange !== undefined && serviceRange !== undefined && overlap(podRange, serviceRange)) {
    yield {
      path: [...path, "serviceRange"],
      message: `services of ${name}, ${serviceRange}, and its pods, ${podRange}, have addresses in common`,
      hint: "Give each a range of its own.",
      related: [{ path: [...path, "podRange"], message: "the pods' range" }],
    };
  }
  const own = addressSpaces.length > 0 || nodeSubnet === undefined ? addressSpaces : [nodeSubnet.range];
  for (const key of ["podRange", "serviceRange"] as const) {
    const range = network[key];
    const space = range === undefined ? undefined : own.find((one) => overlap(one, range));
    if (range === undefined || space === undefined || (key === "podRange" && podsInNetwork)) continue;
    yield {
      path: [...path, key],
      message: `${WHOSE[key]} of ${name}, ${range}, are in its own network ${space}, whose machines they hide`,
      hint: "Take a range outside every network that the cluster talks to.",
    };
  }
  yield* checkDnsAddress(name, network, path);
}

const WHOSE = { podRange: "pods", serviceRange: "services" } as const;

function* checkAgainst({ name, network, path }: Place, other: Place): Iterable<Violation> {
  for (const key of ["podRange", "serviceRange"] as const) {
    const range = network[key];
    const position = range === undefined ? -1 : other.network.addressSpaces.findIndex((space) => overlap(space, range));
    if (range === undefined || position < 0) continue;
    yield {
      path: [...path, key],
      message: `${WHOSE[key]} of ${name}, ${range}, have addresses of ${other.name}, ${String(other.network.addressSpaces[position])}: the cluster would not send them there`,
      hint: "Take a range outside the address spaces of all linked sites.",
      related: [{ path: [...other.path, "addressSpaces", position], message: `${other.name} has this` }],
    };
  }
}

/** AKS Engine refuses the first address, which is the Kubernetes API's own service, and the last. */
function* checkDnsAddress(name: string, { serviceRange, dnsServiceAddress }: Network, path: Path): Iterable<Violation> {
  const address = dnsServiceAddress === undefined ? undefined : parseIpv4(dnsServiceAddress);
  if (serviceRange === undefined || address === undefined) return;
  const { first, last } = blockOf(serviceRange);
  if (address > first + 1 && address < last) return;
  yield {
    path: [...path, "dnsServiceAddress"],
    message: `${String(dnsServiceAddress)} is ${address === last ? "the last" : "one of the first two addresses"} of ${serviceRange}, which ${name} cannot give to its DNS service`,
    hint: "Take the tenth, as is usual.",
    related: [{ path: [...path, "serviceRange"], message: "the range" }],
  };
}

function* checkSizes({ name, network, cluster }: HubSite, path: Path): Iterable<Violation> {
  const prefix = network.podRange === undefined ? undefined : parseIpv4Range(network.podRange)?.prefix;
  if (prefix === undefined) return;
  const nodes = cluster.controlPlane.count + cluster.workerPools.reduce((sum, pool) => sum + pool.count, 0) + 1;
  const room = Math.floor(2 ** (KUBENET_NODE_PREFIX - prefix));
  if (cluster.networkPlugin === "azure" && 32 - prefix < hubLimits.azureCniHostBitsMin) {
    yield {
      path: [...path, "podRange"],
      message: `with the Azure plugin AKS Engine wants a pod range of /${32 - hubLimits.azureCniHostBitsMin} or larger, and ${name} has /${prefix}`,
      hint: "Take a larger range, or networkPlugin: kubenet.",
    };
  } else if (cluster.networkPlugin === "kubenet" && nodes > room) {
    yield {
      path: [...path, "podRange"],
      message: `kubenet gives each node a /${KUBENET_NODE_PREFIX} of pod addresses: /${prefix} is enough for ${room} nodes, and ${name} has ${nodes}, one more during an upgrade included`,
      hint: "Take a larger range, for example a /16: it cannot be changed later.",
    };
  }
}

function overlap(a: string, b: string): boolean {
  return blocksOverlap(blockOf(a), blockOf(b));
}
