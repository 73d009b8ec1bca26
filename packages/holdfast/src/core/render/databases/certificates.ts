import type { Store } from "../../spec/index.ts";
import { secretNames } from "../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";

/**
 * Servers of a store know each other by an authority of their own, whose key is the same at every site: no public authority signs
 * the names of an inner network, and members that trusted one would trust all that it ever signed.
 */
export function authorityName(store: Store): string {
  return `${store.name}-ca`;
}

export function issuerOf({ fleet }: SiteContext, store: Store): Manifest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: authorityName(store), namespace: fleet.application.namespace },
    spec: { ca: { secretName: authorityName(store) } },
  };
}

/** Read by every server, so what is in it may only be used between them. */
interface ServerCertificate {
  readonly secret: string;
  readonly commonName: string;
  readonly hosts: readonly string[];
  readonly organization?: string;
  readonly usages: readonly ("server auth" | "client auth")[];
  /** The operator reads a renewed certificate when the Secret has this. */
  readonly secretLabels?: Readonly<Record<string, string>>;
}

export function certificate({ fleet }: SiteContext, store: Store, wanted: ServerCertificate): Manifest {
  const { secret, commonName, hosts, organization, usages, secretLabels } = wanted;
  const addresses = hosts.filter(isIpv4);
  const names = hosts.filter((host) => !isIpv4(host));
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: secret, namespace: fleet.application.namespace },
    spec: {
      secretName: secret,
      ...(secretLabels === undefined ? {} : { secretTemplate: { labels: secretLabels } }),
      commonName,
      ...(organization === undefined ? {} : { subject: { organizations: [organization] } }),
      ...(names.length === 0 ? {} : { dnsNames: names }),
      ...(addresses.length === 0 ? {} : { ipAddresses: addresses }),
      usages: ["digital signature", "key encipherment", ...usages],
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      issuerRef: { group: "cert-manager.io", kind: "Issuer", name: authorityName(store) },
    },
  };
}

/** The names by which one service's pods are reached within the cluster. */
export function namesOf(service: string, namespace: string): readonly string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}

/** The application's Secret, as holdfast's own stores have it: a store changes its operator, not its users. */
export function applicationSecret(store: Store): string {
  return secretNames(store.name).application;
}

function isIpv4(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
