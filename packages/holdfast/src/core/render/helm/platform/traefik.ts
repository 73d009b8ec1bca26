import { KEEPS_CLIENT_ADDRESS, annotationsOf, ingressAddresses } from "./ingress-addresses.ts";
import { needsIngress, otherIngressGone, peerService } from "./ingress-controllers.ts";
import type { PlatformChart } from "./platform-chart.ts";
import { pullSecretNames, registryAndTag } from "./platform-chart.ts";

/**
 * Traefik, where NGINX is not wanted (R14, R34: "or another suitable ingress controller"). Chart 41.5.0 is for v3.7.13; keys:
 * traefik/values.yaml in traefik/traefik-helm-chart, of which `service.spec` holds all of the Service since 40 and redirections
 * stand under `ports.web.http`.
 */
export const traefik: PlatformChart = {
  release: "traefik",
  namespace: "ingress",
  what: "Ingress controller: one address of the site for all paths of the application",
  pinAt: (fleet, member) =>
    needsIngress(fleet, member, "traefik")
      ? {
          chart: "traefik",
          repository: "https://traefik.github.io/charts",
          version: "41.5.0",
          kubernetes: "1.25 and later",
          images: { proxy: { host: "docker.io", path: "library/traefik", tag: "v3.7.13" } },
        }
      : undefined,
  prepare: () => otherIngressGone("traefik"),
  values: ({ fleet, member, image }) => {
    const { users } = ingressAddresses(member);
    const { loadBalancerIP } = users;
    const secrets = pullSecretNames(fleet);
    return {
      image: registryAndTag(image("proxy")),
      // Two, so that a drain leaves one (R129).
      deployment: { replicas: 2, ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets }) },
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
      ingressClass: { enabled: true, isDefaultClass: true, name: "traefik" },
      // Plain Ingresses only, and their prefixes as Kubernetes means them: /api is not /apis.
      providers: { kubernetesCRD: { enabled: false }, kubernetesIngress: { strictPrefixMatching: true } },
      // It would ask its makers for a newer version.
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      ...(fleet.traffic.tls.kind === "none" ? {} : { ports: { web: REDIRECTED } }),
      service: {
        ...annotationsOf(users),
        spec: {
          type: "LoadBalancer",
          ...KEEPS_CLIENT_ADDRESS,
          ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
        },
      },
    };
  },
  // The chart's label has the namespace in it.
  manifests: ({ member }) =>
    peerService(member, {
      release: "traefik",
      selector: { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik-ingress" },
      targetPorts: { http: "web", https: "websecure" },
    }),
};

/** As both others do by themselves where there is TLS. */
const REDIRECTED = {
  http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
};
