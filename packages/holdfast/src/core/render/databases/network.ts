import type { SiteContext } from "../kubernetes/index.ts";
import { peeringPorts, peersWith, selectorOf } from "../kubernetes/index.ts";
import type { Manifest } from "../kubernetes/index.ts";
import type { Store } from "../../spec/index.ts";

type Rule = Readonly<Record<string, unknown>>;

interface OperatedPods {
  /** Label by which the operator names its cluster. */
  readonly label: string;
  readonly port: number;
  readonly operatorNamespace: string;
  /** Ports of the object stores. */
  readonly backupPorts: readonly number[];
}

/** The rehearsal of a restore is a cluster of its own beside the store. */
export function rehearsalName(store: Store): string {
  return `${store.name}-rehearsal`;
}

/**
 * The application's namespace is closed by default, and the policies of the kubernetes family open it for holdfast's own servers:
 * these do the same for an operator's.
 */
export function operatedPolicies(context: SiteContext, store: Store, pods: OperatedPods): readonly Manifest[] {
  const { fleet } = context;
  const clients = fleet.application.components.filter(({ connectsTo }) => connectsTo.includes(store.name));
  const tcp = (port: number) => ({ port, protocol: "TCP" });
  const own = {
    podSelector: {
      matchExpressions: [{ key: pods.label, operator: "In", values: [store.name, rehearsalName(store)] }],
    },
  };
  const peers = peersWith(context, store);
  const ranges = peers.flatMap(({ network }) => network.addressSpaces);
  const known = peers.every(({ network }) => network.addressSpaces.length > 0);
  // Their own address, too: members of one site go by it among themselves.
  const hosts =
    peers.length === 0 ? [] : [context, ...peers].flatMap(({ addresses }) => addresses.peering.dataHost ?? []);
  const ports = [...new Set([context, ...peers].flatMap(({ name }) => peeringPorts(store, name)))].map(tcp);
  const policy = (name: string, podSelector: Rule, rules: Rule): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: fleet.application.namespace },
    spec: {
      podSelector,
      policyTypes: Object.keys(rules).map((key) => (key === "ingress" ? "Ingress" : "Egress")),
      ...rules,
    },
  });
  return [
    policy(`${store.name}-operated`, own.podSelector, {
      ingress: [
        {
          from: [
            own,
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pods.operatorNamespace } } },
          ],
        },
        ...(clients.length === 0
          ? []
          : [
              {
                from: clients.map(({ name }) => ({
                  podSelector: { matchLabels: selectorOf({ fleet: fleet.name, name }) },
                })),
                ports: [tcp(pods.port)],
              },
            ]),
        ...(peers.length === 0
          ? []
          : [
              {
                ...(known ? { from: [...new Set(ranges)].map((cidr) => ({ ipBlock: { cidr } })) } : {}),
                ports: [tcp(pods.port)],
              },
            ]),
      ],
      egress: [
        { to: [own] },
        // The API server, which an operator's pods report to, and the object stores: neither is a pod that a selector could name.
        { ports: [...new Set([443, 6443, ...pods.backupPorts])].map(tcp) },
        ...(hosts.length === 0
          ? []
          : [
              {
                ...(hosts.every((host) => /^[\d.]+$/.test(host))
                  ? { to: [...new Set(hosts)].map((host) => ({ ipBlock: { cidr: `${host}/32` } })) }
                  : {}),
                ports,
              },
            ]),
      ],
    }),
    ...clients.map(({ name }) =>
      policy(
        `${name}-to-${store.name}`,
        { matchLabels: selectorOf({ fleet: fleet.name, name }) },
        { egress: [{ to: [own], ports: [tcp(pods.port)] }] },
      ),
    ),
  ];
}
