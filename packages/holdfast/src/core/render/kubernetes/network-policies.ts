import type { Component, HostPort, Store } from "../../spec/index.ts";
import { CONTROLLER_NAME, controllerPorts } from "./controller-names.ts";
import { SYSTEM_NAMESPACE } from "./context.ts";
import type { Member, SiteContext } from "./context.ts";
import { ownedLabels, selectorOf } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import {
  AGENT_PORT,
  MONGODB_PORT,
  POSTGRESQL_PORT,
  isPostgresql,
  peeringPorts,
  peersWith,
  storeNamed,
} from "./stores.ts";

/**
 * Closed by default, opened by what the file names: `connectsTo`, exposure, peering. Probes need no rule, for a node always
 * reaches the pods that it runs: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
type Rule = Readonly<Record<string, unknown>>;

interface PortRule {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

const tcp = (port: number): PortRule => ({ port, protocol: "TCP" });

/** Of more addresses than this the network would pay for each on every node: the port alone is opened. */
const NAMED_HOSTS_MAX = 50;

export function denyByDefault(context: SiteContext, namespace: string): Manifest {
  return {
    ...policy(context, namespace, "default-deny", undefined),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

/** Names are looked up in the cluster's DNS, or in the cache that some clusters keep on each node at this address. */
export function allowDns(context: SiteContext, namespace: string): Manifest {
  const to = [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
    { ipBlock: { cidr: "169.254.20.10/32" } },
  ];
  return {
    ...policy(context, namespace, "allow-dns", undefined),
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to, ports: [{ port: 53, protocol: "UDP" }, tcp(53)] }],
    },
  };
}

export function componentPolicy(context: SiteContext, component: Component): Manifest {
  const { fleet } = context;
  const { namespace, components } = fleet.application;
  const clients = components.filter(({ connectsTo }) => connectsTo.includes(component.name));
  const ports = component.ports.map(({ containerPort }) => tcp(containerPort));
  const exposed = component.ports
    .filter(({ name }) => name === component.exposure?.port)
    .map(({ containerPort }) => tcp(containerPort));
  const open = component.service === "load-balancer" ? ports : exposed;
  const ingress: Rule[] = [];
  if (clients.length > 0 && ports.length > 0)
    ingress.push({ from: clients.map((client) => podsOf(context, client.name)), ports });
  // From anywhere: an ingress controller may be in any namespace, or on the nodes' own network, which no selector names.
  if (open.length > 0) ingress.push({ ports: open });
  const egress = component.connectsTo.flatMap((target): Rule[] => {
    const store = storeNamed(fleet, target);
    if (store !== undefined) return reachStore(context, store);
    const serves = components.find(({ name }) => name === target)?.ports ?? [];
    // A rule without ports would open all of them.
    if (serves.length === 0) return [];
    return [{ to: [podsOf(context, target)], ports: serves.map(({ containerPort }) => tcp(containerPort)) }];
  });
  return policy(context, namespace, component.name, component.name, { ingress, egress });
}

export function storePolicy(context: SiteContext, store: Store): Manifest {
  const { namespace, components } = context.fleet.application;
  const clients = components.filter(({ connectsTo }) => connectsTo.includes(store.name));
  const port = tcp(isPostgresql(store) ? POSTGRESQL_PORT : MONGODB_PORT);
  const elsewhere = (context.sitesOfStore.get(store.name)?.size ?? 1) - 1;
  const local = [...clients.map((client) => podsOf(context, client.name)), podsOf(context, store.name)];
  const ingress: Rule[] = [{ from: local, ports: [port] }];
  if (elsewhere > NAMED_HOSTS_MAX) ingress.push({ ports: [port] });
  else if (elsewhere > 0) ingress.push({ ...fromPeers(peersWith(context, store)), ports: [port] });
  if (isPostgresql(store)) ingress.push({ from: [controllerPods(context)], ports: [tcp(AGENT_PORT)] });
  return policy(context, namespace, store.name, store.name, { ingress, egress: reachStore(context, store) });
}

export function controllerPolicy(context: SiteContext): Manifest {
  const { fleet, role } = context;
  const ingress: Rule[] = [
    // Users' resolvers ask from anywhere.
    ...(fleet.traffic.provider === "holdfast-dns"
      ? [{ ports: [{ port: controllerPorts.dns, protocol: "UDP" }, tcp(controllerPorts.dns)] }]
      : []),
    { from: [{ namespaceSelector: {} }], ports: [tcp(controllerPorts.http)] },
  ];
  const agents =
    role === "site" ? fleet.stores.filter(isPostgresql).filter((store) => store.sites.includes(context.name)) : [];
  const egress: Rule[] = [
    // The own API server: its address is not known here, and it is not a pod that a selector could name.
    { ports: [tcp(443), tcp(6443)] },
    ...reachHosts(controllersTargets(context)),
    ...(agents.length === 0
      ? []
      : [
          {
            to: agents.map((store) => ({
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": fleet.application.namespace } },
              podSelector: { matchLabels: selectorOf({ fleet: fleet.name, name: store.name }) },
            })),
            ports: [tcp(AGENT_PORT)],
          },
        ]),
  ];
  return policy(context, SYSTEM_NAMESPACE, CONTROLLER_NAME, CONTROLLER_NAME, { ingress, egress });
}

/** Every site's ingress, which the controllers probe, and the peers' API servers, which hold a vote each. */
function controllersTargets({ addresses, peers }: SiteContext): readonly HostPort[] {
  const targets: HostPort[] = [];
  const add = (target: HostPort | undefined): unknown => target && targets.push(target);
  add(addresses.peering.ingress ?? addresses.ingress);
  for (const { addresses: each } of peers) {
    add(each.peering.ingress ?? each.ingress);
    add(each.peering.kubernetesApi);
  }
  return targets;
}

/** To the store's servers here, and to those of the other sites: the primary may be there. */
function reachStore(context: SiteContext, store: Store): Rule[] {
  const port = isPostgresql(store) ? POSTGRESQL_PORT : MONGODB_PORT;
  const local = { to: [podsOf(context, store.name)], ports: [tcp(port)] };
  // A MongoDB replica set never has that many members.
  if (isPostgresql(store) && store.sites.length > NAMED_HOSTS_MAX) return [local, { ports: [tcp(store.peeringPort)] }];
  const remote = peersWith(context, store).flatMap(({ name, addresses }): HostPort[] => {
    const host = addresses.peering.dataHost;
    return host === undefined ? [] : peeringPorts(store, name).map((each) => ({ host, port: each }));
  });
  return [local, ...reachHosts(remote)];
}

/** A rule a port. A policy can name addresses but not DNS names: a host that is given by name opens its port alone. */
function reachHosts(targets: readonly HostPort[]): Rule[] {
  const hostsByPort = new Map<number, Set<string>>();
  for (const { host, port } of targets) {
    const hosts = hostsByPort.get(port) ?? new Set();
    hostsByPort.set(port, hosts);
    if (hosts.size <= NAMED_HOSTS_MAX) hosts.add(host);
  }
  return [...hostsByPort].map(([port, hosts]) => {
    const named = hosts.size <= NAMED_HOSTS_MAX && [...hosts].every(isIpv4);
    return {
      ...(named ? { to: [...hosts].map((host) => ({ ipBlock: { cidr: `${host}/32` } })) } : {}),
      ports: [tcp(port)],
    };
  });
}

/** The peers' own ranges; anywhere when one of them does not say what it has, for users and passwords guard the store, too. */
function fromPeers(peers: readonly Member[]): Rule {
  if (peers.some(({ network }) => network.addressSpaces.length === 0)) return {};
  const ranges = new Set(peers.flatMap(({ network }) => network.addressSpaces));
  return { from: [...ranges].map((cidr) => ({ ipBlock: { cidr } })) };
}

function isIpv4(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function podsOf({ fleet }: SiteContext, name: string): Rule {
  return { podSelector: { matchLabels: selectorOf({ fleet: fleet.name, name }) } };
}

function controllerPods(context: SiteContext): Rule {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": SYSTEM_NAMESPACE } },
    ...podsOf(context, CONTROLLER_NAME),
  };
}

function policy(
  { fleet, name: site }: SiteContext,
  namespace: string,
  name: string,
  selects: string | undefined,
  rules: { readonly ingress: readonly Rule[]; readonly egress: readonly Rule[] } = { ingress: [], egress: [] },
): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: ownedLabels({ fleet: fleet.name, site }) },
    spec: {
      podSelector: selects === undefined ? {} : { matchLabels: selectorOf({ fleet: fleet.name, name: selects }) },
      policyTypes: ["Ingress", "Egress"],
      ingress: rules.ingress,
      egress: rules.egress,
    },
  };
}
