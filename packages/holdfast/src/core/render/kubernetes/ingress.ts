import type { Component } from "../../spec/index.ts";
import { ownedLabels } from "./labels.ts";
import type { SiteContext } from "./context.ts";
import type { Manifest } from "./manifest.ts";

/** The pattern's ingress controller (R34, R141). */
const INGRESS_CLASS = "nginx";

/** One Ingress a component: all of them share the host, and so one address of the site. */
export function exposeComponent(
  context: SiteContext,
  component: Component,
  metadata: Manifest["metadata"],
): readonly Manifest[] {
  const { exposure } = component;
  if (exposure === undefined) return [];
  const { host } = context.fleet.traffic;
  const secretName = tlsSecretName(context);
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata,
      spec: {
        ingressClassName: INGRESS_CLASS,
        ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
        rules: [
          {
            host,
            http: {
              paths: exposure.paths.map(({ path, match }) => ({
                path,
                pathType: match === "exact" ? "Exact" : "Prefix",
                backend: { service: { name: component.name, port: { name: exposure.port } } },
              })),
            },
          },
        ],
      },
    },
  ];
}

/** The Secret with the site's certificate for the users' name; undefined without TLS. */
export function tlsSecretName({ fleet }: SiteContext): string | undefined {
  const { tls } = fleet.traffic;
  switch (tls.kind) {
    case "none":
      return undefined;
    case "secret":
      return tls.secret;
    case "cert-manager":
      return `${fleet.application.name}-tls`;
  }
}

/** cert-manager asks the issuer for the certificate and renews it (R12): https://cert-manager.io/docs/usage/certificate/ */
export function renderCertificate(context: SiteContext): readonly Manifest[] {
  const { application, name: fleet, traffic } = context.fleet;
  const secretName = tlsSecretName(context);
  if (traffic.tls.kind !== "cert-manager" || secretName === undefined) return [];
  return [
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: secretName,
        namespace: application.namespace,
        labels: ownedLabels({ fleet, site: context.name }),
      },
      spec: {
        secretName,
        dnsNames: [traffic.host],
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: traffic.tls.issuer },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    },
  ];
}
