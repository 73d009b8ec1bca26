import type { Store } from "../../spec/index.ts";
import type { HubPlace, Peer, PlannedNetwork } from "./hub-place.ts";
import { parameterFor } from "./names.ts";
import { parameter } from "./template.ts";

/**
 * A network security group is read by priority, lowest number first, and ends with rules of the platform that let the whole
 * virtual network in, whatever a VPN joins to it included. So each group here ends with a rule that lets nobody in. Hubs know
 * TCP, UDP and any protocol, not ICMP (azure-stack-network-differences.md).
 */
export interface SecurityRule {
  readonly name: string;
  readonly about: string;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  readonly protocol: "Tcp" | "Udp" | "*";
  /** Ranges, or one tag such as `AzureLoadBalancer`; default everything. */
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  /** Default all. */
  readonly ports?: readonly number[];
}

/** In the order given: the first decides. The one that refuses everything comes last, wherever it stands in the list. */
export function securityRules(rules: readonly SecurityRule[]) {
  const [allow, deny] = [
    rules.filter(({ access }) => access === "Allow"),
    rules.filter(({ access }) => access === "Deny"),
  ];
  return [
    ...allow.map((rule, index) => securityRule(rule, 100 + 10 * index)),
    ...deny.map((rule, index) => securityRule(rule, 4096 - index)),
  ];
}

function securityRule({ name, about, direction, access, protocol, from, to, ports }: SecurityRule, priority: number) {
  return {
    name,
    properties: {
      description: about,
      priority,
      direction,
      access,
      protocol,
      ...oneOrMore("sourceAddressPrefix", "sourceAddressPrefixes", from),
      sourcePortRange: "*",
      ...oneOrMore("destinationAddressPrefix", "destinationAddressPrefixes", to),
      ...oneOrMore("destinationPortRange", "destinationPortRanges", ports?.map(String)),
    },
  };
}

/** A list field that holds expressions, not texts: one of them may stand for several ranges. */
function oneOrMore(one: string, several: string, values: readonly string[] = ["*"]) {
  const [first = "*", ...more] = values;
  return more.length === 0 ? { [one]: first } : { [several]: values };
}

export const nobodyElse = (direction: SecurityRule["direction"]): SecurityRule => ({
  name: direction === "Inbound" ? "deny-other-inbound" : "deny-other-outbound",
  about: "Everything that no rule above allows, also from networks that a VPN joins.",
  direction,
  access: "Deny",
  protocol: "*",
});

const inbound = (
  name: string,
  about: string,
  rule: Pick<SecurityRule, "protocol" | "from" | "ports">,
): SecurityRule => ({ name, about, direction: "Inbound", access: "Allow", ...rule });

/** Who may come to the nodes, and to the addresses of the load balancers in front of them. */
export function nodeRules(place: HubPlace, planned: PlannedNetwork): readonly SecurityRule[] {
  const { network, addresses, fleet, role } = place;
  const own = [planned.nodes.range, ...(network.podRange === undefined ? [] : [network.podRange])];
  const rules = [
    inbound(
      "allow-cluster",
      "Nodes and pods among themselves, and the probes of the load balancer, which come from the subnet's own gateway.",
      {
        protocol: "*",
        from: own,
      },
    ),
    inbound("allow-load-balancer", "Probes of the load balancer.", { protocol: "*", from: ["AzureLoadBalancer"] }),
  ];
  if (role === "site") rules.push(...userRules(place));
  if (fleet.traffic.provider === "holdfast-dns" && addresses.dns !== undefined) {
    const ports = [addresses.dns.port];
    for (const protocol of ["Udp", "Tcp"] as const)
      rules.push(
        inbound(
          `allow-dns-${protocol.toLowerCase()}`,
          "Resolvers, which may be anywhere, ask for the application's name.",
          { protocol, ports },
        ),
      );
  }
  if (planned.helpers !== undefined) {
    const ports = unique([22, 443, addresses.peering.kubernetesApi?.port ?? 443]);
    rules.push(
      inbound("allow-helpers", "The helper machine and the pipelines' agent: SSH and the Kubernetes API.", {
        protocol: "Tcp",
        from: [`[${parameter("helperRange")}]`],
        ports,
      }),
    );
  }
  if (network.internet.kubernetesApi)
    rules.push(
      inbound("allow-kubernetes-api", "The fleet file says that the Internet reaches the Kubernetes API.", {
        protocol: "Tcp",
        ports: [443],
      }),
    );
  return [...rules, ...peerRules(place), nobodyElse("Inbound")];
}

function userRules({ fleet, addresses }: HubPlace): readonly SecurityRule[] {
  const { tls } = fleet.traffic;
  // Plain HTTP leads to HTTPS, and a certificate authority asks there.
  const ports = unique([
    80,
    ...(tls.kind === "none" ? [] : [443]),
    ...(addresses.ingress ? [addresses.ingress.port] : []),
  ]);
  const { components } = fleet.application;
  const direct = components.filter(({ service }) => service === "load-balancer");
  return [
    ...(components.some(({ exposure }) => exposure !== undefined)
      ? [inbound("allow-users", "Users, at the ingress controller.", { protocol: "Tcp", ports })]
      : []),
    ...direct.map((component) =>
      inbound(`allow-${component.name}`.slice(0, 80), `Users of ${component.name}, which has an address of its own.`, {
        protocol: "Tcp",
        ports: component.ports.map(({ servicePort }) => servicePort),
      }),
    ),
  ];
}

/** What the other sites need, each from its own ranges only. */
function peerRules({ name, peers, addresses, fleet, role }: HubPlace): readonly SecurityRule[] {
  const rules: SecurityRule[] = [];
  const add = (rule: string, about: string, from: readonly Peer[], ports: readonly number[]) => {
    const ranges = from.flatMap(rangesOf);
    if (ranges.length > 0 && ports.length > 0)
      rules.push(inbound(rule, about, { protocol: "Tcp", from: ranges, ports }));
  };
  if (fleet.stores.some(({ engine }) => engine === "postgresql")) {
    const { kubernetesApi } = addresses.peering;
    add(
      "allow-voters",
      "The other sites' controllers, which keep their votes in this Kubernetes API.",
      peers,
      kubernetesApi === undefined ? [] : [kubernetesApi.port],
    );
  }
  const ingress = addresses.peering.ingress ?? addresses.ingress;
  if (role === "site")
    add(
      "allow-observers",
      "The other sites' controllers ask whether this site can serve.",
      peers,
      ingress === undefined ? [] : [ingress.port],
    );
  for (const store of fleet.stores) {
    const partners = peers.filter(({ member }) => serversAt(store, member.name) > 0);
    const ports = Array.from({ length: serversAt(store, name) }, (_, index) => store.peeringPort + index);
    add(
      `allow-${store.name}`.slice(0, 80),
      `Replication of ${store.name} with the other sites that have it.`,
      partners,
      ports,
    );
  }
  return rules;
}

/** A peer without a VPN comes from its public addresses, which nobody knows before it is built. */
function rangesOf({ link, member }: Peer): readonly string[] {
  return link === "public"
    ? [`[${parameter(parameterFor("publicAddress", member.name))}]`]
    : member.network.addressSpaces;
}

function serversAt(store: Store, site: string): number {
  if (store.engine === "postgresql") return store.sites.some((name) => name === site) ? 1 : 0;
  return store.members.filter((member) => member.site === site).length;
}

function unique(ports: readonly number[]): readonly number[] {
  return [...new Set(ports)].toSorted((a, b) => a - b);
}

/** SSH from the operators; the agent has a group of its own besides. */
export function helperRules(): readonly SecurityRule[] {
  return [
    inbound("allow-operators", "Operators, by SSH.", {
      protocol: "Tcp",
      from: [`[${parameter("operatorRange")}]`],
      ports: [22],
    }),
    nobodyElse("Inbound"),
  ];
}
