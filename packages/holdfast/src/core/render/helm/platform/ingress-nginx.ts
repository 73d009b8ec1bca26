import type { PlatformChart, PlatformContext } from "./platform-chart.ts";
import { pulledWith } from "./platform-chart.ts";

/**
 * The pattern's ingress controller (R14, R34). Chart 4.15.1 has controller v1.15.1 and kube-webhook-certgen v1.6.9; the keys are
 * those of charts/ingress-nginx/values.yaml in kubernetes/ingress-nginx. Its makers retired it in March 2026: README.md says more.
 */
export const ingressNginx: PlatformChart = {
  release: "ingress-nginx",
  namespace: "ingress",
  what: "Ingress controller: one address of the site for all paths of the application",
  pinAt: (fleet, { role }) =>
    role === "witness" || fleet.application.components.every(({ exposure }) => exposure === undefined)
      ? undefined
      : {
          chart: "ingress-nginx",
          repository: "https://kubernetes.github.io/ingress-nginx",
          version: "4.15.1",
          kubernetes: ">=1.21.0-0",
          images: {
            controller: { host: "registry.k8s.io", path: "ingress-nginx/controller", tag: "v1.15.1" },
            certgen: { host: "registry.k8s.io", path: "ingress-nginx/kube-webhook-certgen", tag: "v1.6.9" },
          },
        },
  values: (context) => ({
    ...pulledWith(context.fleet),
    controller: {
      image: imageOf(context, "controller"),
      admissionWebhooks: { patch: { image: imageOf(context, "certgen") } },
      ingressClassResource: { name: "nginx", default: true },
      // Two, so that a drain leaves one (R129); the chart then makes a disruption budget of one.
      replicaCount: 2,
      minAvailable: 1,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
      metrics: { enabled: true },
      service: service(context),
    },
  }),
};

/** An empty digest: the chart's own belongs to its own registry's tag and would win over what stands here. */
function imageOf({ image }: PlatformContext, name: string) {
  const { registry, path, tag } = image(name);
  return { registry, image: path, tag, digest: "" };
}

/** `Local` keeps users' addresses: steering by subnet and the access log need them. */
function service({ member }: PlatformContext) {
  const { platform, addresses } = member;
  const { ingress, peering } = addresses;
  const host = ingress?.host ?? "";
  const label = platform.kind === "azure-stack-hub" ? dnsLabel(host, platform) : undefined;
  const internal = platform.kind === "azure-stack-hub" && isPrivate(host);
  const annotations = {
    ...(internal ? INTERNAL : {}),
    // The Hub makes <label>.<region>.cloudapp.<suffix> of it.
    ...(label === undefined ? {} : { "service.beta.kubernetes.io/azure-dns-label-name": label }),
  };
  const peers = peering.ingress?.host;
  return {
    externalTrafficPolicy: "Local",
    ...(isIpv4(host) ? { loadBalancerIP: host } : {}),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    // A second address for the other sites' probes, where it is not the users' own.
    ...(platform.kind === "azure-stack-hub" && peers !== undefined && peers !== host
      ? {
          internal: {
            enabled: true,
            annotations: INTERNAL,
            externalTrafficPolicy: "Local",
            ...(isIpv4(peers) ? { loadBalancerIP: peers } : {}),
          },
        }
      : {}),
  };
}

const INTERNAL = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };

function dnsLabel(host: string, { region, suffix }: { readonly region: string; readonly suffix: string }) {
  const end = `.${region}.cloudapp.${suffix}`;
  return host.endsWith(end) ? host.slice(0, -end.length) : undefined;
}

function isIpv4(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** RFC 1918. */
function isPrivate(host: string): boolean {
  return isIpv4(host) && /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host);
}
