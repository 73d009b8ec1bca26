import type { CertificateSolver, Fleet, Member } from "../../../spec/index.ts";
import { ingressAnnotations, ingressClass } from "../../kubernetes/index.ts";
import { operatedStores } from "./database-operators.ts";
import type { ChartPin, PlatformChart, PlatformContext } from "./platform-chart.ts";
import { pulledWith, repositoryAndTag } from "./platform-chart.ts";

const jetstack = (name: string) => ({ host: "quay.io", path: `jetstack/cert-manager-${name}`, tag: "v1.21.2" });

const pin: ChartPin = {
  chart: "cert-manager",
  repository: "oci://quay.io/jetstack/charts",
  version: "v1.21.2",
  kubernetes: "1.33 to 1.36",
  images: {
    controller: jetstack("controller"),
    webhook: jetstack("webhook"),
    cainjector: jetstack("cainjector"),
    acmesolver: jetstack("acmesolver"),
    startupapicheck: jetstack("startupapicheck"),
  },
};

/** Asks for the sites' certificates and renews them (R12). Keys: deploy/charts/cert-manager/values.yaml in cert-manager/cert-manager. */
export const certManager: PlatformChart = {
  release: "cert-manager",
  namespace: "cert-manager",
  what: "Certificates, and the ClusterIssuer that the fleet file names",
  pinAt: (fleet, member) => (servesUsers(fleet, member) ? pin : undefined),
  values: ({ fleet, image }) => ({
    ...(fleet.registry.pullSecret === undefined ? {} : { global: pulledWith(fleet) }),
    crds: { enabled: true, keep: true },
    replicaCount: 2,
    podDisruptionBudget: { enabled: true },
    image: repositoryAndTag(image("controller")),
    webhook: { replicaCount: 2, podDisruptionBudget: { enabled: true }, image: repositoryAndTag(image("webhook")) },
    cainjector: { image: repositoryAndTag(image("cainjector")) },
    acmesolver: { image: repositoryAndTag(image("acmesolver")) },
    startupapicheck: { image: repositoryAndTag(image("startupapicheck")) },
  }),
  manifests: clusterIssuer,
};

/** The stores' operators want it where the users' certificates do not: for the members' own, and for the backups' plugin. */
export const certManagerOfOperators: PlatformChart = {
  release: "cert-manager",
  namespace: "cert-manager",
  what: "Certificates of the stores' servers",
  condition: "operators",
  pinAt: (fleet, member) => (!servesUsers(fleet, member) && operatedStores(fleet, member).length > 0 ? pin : undefined),
  values: certManager.values,
};

function servesUsers({ traffic }: Fleet, { role }: Member): boolean {
  return role === "site" && traffic.tls.kind === "cert-manager";
}

function clusterIssuer({ fleet }: PlatformContext): Readonly<Record<string, unknown>> {
  const { tls } = fleet.traffic;
  if (tls.kind !== "cert-manager" || tls.solver === undefined) return {};
  return {
    "cluster-issuer.yaml": {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: tls.issuer },
      spec: issuerSpec(fleet, tls.issuer, tls.solver),
    },
    ...(tls.solver.kind === "http-01" ? { "network-policy.yaml": solverPolicy(fleet.application.namespace) } : {}),
  };
}

function issuerSpec(fleet: Fleet, name: string, solver: CertificateSolver) {
  if (solver.kind === "private-ca") return { ca: { secretName: solver.secret } };
  return {
    acme: {
      server: solver.server,
      email: solver.email,
      privateKeySecretRef: { name: `${name}-account` },
      solvers: [
        solver.kind === "http-01" ? http01(fleet) : { ...dns01(solver), selector: { dnsZones: [solver.zone] } },
      ],
    },
  };
}

/** The authority asks this site, so port 80 must be open to the Internet: the fleet file says this only where it is. */
function http01(fleet: Fleet) {
  const annotations = ingressAnnotations(fleet, "paths");
  return {
    http01: {
      ingress: {
        ingressClassName: ingressClass(fleet),
        ...(annotations === undefined ? {} : { ingressTemplate: { metadata: { annotations } } }),
      },
    },
  };
}

function dns01(solver: Extract<CertificateSolver, { kind: "dns-01" }>) {
  if (solver.provider === "rfc2136") {
    const { host = "", port = 53 } = solver.nameserver ?? {};
    return {
      dns01: {
        rfc2136: {
          nameserver: `${host}:${port}`,
          tsigAlgorithm: "HMACSHA256",
          // By convention: the server knows the key under this name.
          tsigKeyName: "cert-manager",
          tsigSecretSecretRef: { name: solver.secret, key: "tsig-secret" },
        },
      },
    };
  }
  return {
    dns01: {
      azureDNS: {
        // install.sh fills in what is no business of the fleet file: where the zone is billed, and who writes to it.
        subscriptionID: "${AZURE_DNS_SUBSCRIPTION_ID}",
        resourceGroupName: "${AZURE_DNS_RESOURCE_GROUP}",
        tenantID: "${AZURE_DNS_TENANT_ID}",
        clientID: "${AZURE_DNS_CLIENT_ID}",
        hostedZoneName: solver.zone,
        environment: "AzurePublicCloud",
        clientSecretSecretRef: { name: solver.secret, key: "client-secret" },
      },
    },
  };
}

/** The challenge's pod runs in the application's namespace, which is closed by default. */
function solverPolicy(namespace: string) {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "acme-solver", namespace },
    spec: {
      podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 8089, protocol: "TCP" }] }],
    },
  };
}
