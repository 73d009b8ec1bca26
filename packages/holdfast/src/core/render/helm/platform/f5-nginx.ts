import type { Fleet } from "../../../spec/index.ts";
import { KEEPS_CLIENT_ADDRESS, annotationsOf, ingressAddresses } from "./ingress-addresses.ts";
import { needsIngress, otherIngressGone, peerService } from "./ingress-controllers.ts";
import type { PlatformChart } from "./platform-chart.ts";
import { repositoryAndTag } from "./platform-chart.ts";

const RELEASE = "nginx-ingress";
const NAMESPACE = "ingress";
const CHART = "nginx-ingress";

/** A certificate of nobody, which install.sh makes: for who asks for no name. */
const DEFAULT_CERTIFICATE = "ingress-default-server";

/**
 * F5's NGINX Ingress Controller, open source: the pattern's NGINX, with fixes (R14, R34, R141). Chart 2.7.3 is controller 5.6.3;
 * keys: charts/nginx-ingress/values.yaml in nginx/kubernetes-ingress. It validates what it reads itself, without a webhook.
 */
export const f5Nginx: PlatformChart = {
  release: RELEASE,
  namespace: NAMESPACE,
  what: "Ingress controller: one address of the site for all paths of the application",
  pinAt: (fleet, member) =>
    needsIngress(fleet, member, "f5-nginx")
      ? {
          chart: CHART,
          repository: "oci://ghcr.io/nginx/charts",
          version: "2.7.3",
          kubernetes: "1.29 and later",
          images: { controller: { host: "docker.io", path: "nginx/nginx-ingress", tag: "5.6.3" } },
        }
      : undefined,
  prepare: ({ fleet }) => [...otherIngressGone("f5-nginx"), ...(hasTls(fleet) ? DEFAULT_SERVER : [])],
  values: ({ fleet, member, image }) => {
    const { pullSecret } = fleet.registry;
    const { users } = ingressAddresses(member);
    const { loadBalancerIP } = users;
    return {
      controller: {
        image: repositoryAndTag(image("controller")),
        ...(pullSecret === undefined ? {} : { serviceAccount: { imagePullSecretsNames: [pullSecret] } }),
        ingressClass: { name: "nginx", create: true, setAsDefaultIngress: true },
        // Two, so that a drain leaves one (R129).
        replicaCount: 2,
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        // Plain Ingresses only: no definitions of its own, no text in them that becomes configuration.
        enableCustomResources: false,
        enableSnippets: false,
        // It would tell its makers about the cluster.
        telemetryReporting: { enable: false },
        // Without one it ends every handshake that names no host, and Traffic Manager's probes name none.
        ...(hasTls(fleet) ? { defaultTLS: { secret: `${NAMESPACE}/${DEFAULT_CERTIFICATE}` } } : {}),
        service: {
          ...KEEPS_CLIENT_ADDRESS,
          ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
          ...annotationsOf(users),
        },
      },
      prometheus: { create: true },
    };
  },
  manifests: ({ member }) =>
    peerService(member, {
      release: RELEASE,
      selector: { "app.kubernetes.io/name": CHART, "app.kubernetes.io/instance": RELEASE },
      targetPorts: { http: 80, https: 443 },
    }),
};

function hasTls({ traffic }: Fleet): boolean {
  return traffic.tls.kind !== "none";
}

/** The controller does not start without the Secret that it is told of, so this one is there before it. */
const DEFAULT_SERVER = [
  "# For clients that ask for no name, Traffic Manager's probes among them: signed by nobody, and nobody should trust it.",
  `if ! kubectl get secret ${DEFAULT_CERTIFICATE} --namespace ${NAMESPACE} >/dev/null 2>&1; then`,
  `  kubectl create namespace ${NAMESPACE} --dry-run=client --output yaml | kubectl apply --filename -`,
  "  keys=$(umask 077 && mktemp -d)",
  "  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=default.invalid \\",
  '    -keyout "$keys/tls.key" -out "$keys/tls.crt" 2>/dev/null',
  `  kubectl create secret tls ${DEFAULT_CERTIFICATE} --namespace ${NAMESPACE} --cert "$keys/tls.crt" --key "$keys/tls.key"`,
  '  rm -r "$keys"',
  "fi",
];
