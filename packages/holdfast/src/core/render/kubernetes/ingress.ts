import type { Component, Fleet } from "../../spec/index.ts";
import { ownedLabels } from "./labels.ts";
import type { SiteContext } from "./context.ts";
import type { Manifest } from "./manifest.ts";

/** The class of the site's controller (R34, R141); the NGINX of F5 and that of the community both go by this name. */
export function ingressClass({ traffic }: Fleet): string {
  return traffic.ingressController === "traefik" ? "traefik" : "nginx";
}

/**
 * F5's controller gives a host to one Ingress, the oldest, and refuses the others, unless one of them says that it is the host's
 * `master` and the others bring `paths` to it. The other controllers merge by themselves, and need no annotation.
 * https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/cross-namespace-configuration/
 */
export function ingressAnnotations({ traffic }: Fleet, part: "host" | "paths") {
  if (traffic.ingressController !== "f5-nginx") return undefined;
  return { "nginx.org/mergeable-ingress-type": part === "host" ? "master" : "minion" };
}

/** The Ingress that owns the host and its certificate, for a controller that wants one; it leads nowhere itself. */
export function renderHost(context: SiteContext): readonly Manifest[] {
  const { application, name, traffic } = context.fleet;
  const annotations = ingressAnnotations(context.fleet, "host");
  if (annotations === undefined || application.components.every(({ exposure }) => exposure === undefined)) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        // With its dots it is no component's.
        name: traffic.host,
        namespace: application.namespace,
        labels: ownedLabels({ fleet: name, site: context.name }),
        annotations,
      },
      spec: { ingressClassName: ingressClass(context.fleet), ...tlsOf(context), rules: [{ host: traffic.host }] },
    },
  ];
}

/** One Ingress a component: all of them share the host, and so one address of the site. */
export function exposeComponent(
  context: SiteContext,
  component: Component,
  metadata: Manifest["metadata"],
): readonly Manifest[] {
  const { exposure } = component;
  if (exposure === undefined) return [];
  const annotations = ingressAnnotations(context.fleet, "paths");
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: annotations === undefined ? metadata : { ...metadata, annotations },
      spec: {
        ingressClassName: ingressClass(context.fleet),
        // The host's certificate is named once, where the host is.
        ...(annotations === undefined ? tlsOf(context) : {}),
        rules: [
          {
            host: context.fleet.traffic.host,
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

function tlsOf(context: SiteContext) {
  const secretName = tlsSecretName(context);
  return secretName === undefined ? {} : { tls: [{ hosts: [context.fleet.traffic.host], secretName }] };
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
        ...(traffic.tls.solver?.kind === "http-01" ? { annotations: UNTIL_ISSUED } : {}),
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

/** The authority's question is led to HTTPS like any other, where a controller without a certificate would end the handshake. */
const UNTIL_ISSUED = { "cert-manager.io/issue-temporary-certificate": "true" };
