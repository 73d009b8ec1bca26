import type { Fleet } from "../../../spec/index.ts";
import { exampleFleet } from "./rendered.ts";

const CONNECTED = "connectivity: connected";

/** Fleets that use what the examples do not. */
export const variants = {
  "older profile": () =>
    exampleFleet("ratings-azure-stack-hub", [
      [
        `portal.seattle.azurestack.contoso.com\n      identity: azure-ad\n      ${CONNECTED}`,
        `portal.seattle.azurestack.contoso.com\n      identity: azure-ad\n      apiProfile: 2019-03-01-hybrid\n      ${CONNECTED}`,
      ],
      [
        `portal.orlando.azurestack.contoso.com\n      identity: azure-ad\n      ${CONNECTED}`,
        `portal.orlando.azurestack.contoso.com\n      identity: azure-ad\n      apiProfile: 2019-03-01-hybrid\n      ${CONNECTED}`,
      ],
    ]),
  /** No network was there before, and no size of gateway that takes a policy; one link goes over the Internet, by a proxy. */
  "own network": () =>
    exampleFleet("ratings-azure-stack-hub", [
      ["      existing: { resourceGroup: ratings-seattle-k8s, virtualNetwork: ratings-seattle }\n", ""],
      [
        "      dnsServiceAddress: 10.120.0.10\n      vpnGateway: { sku: HighPerformance }",
        "      dnsServiceAddress: 10.120.0.10\n      vpnGateway: { sku: Basic }",
      ],
      ["between: [seattle, azure-central], kind: vpn", "between: [seattle, azure-central], kind: public"],
      [
        "egress: &egress\n        allowed: listed",
        "egress: &egress\n        allowed: listed\n        proxy: { http: http://proxy.contoso.com:3128, https: http://proxy.contoso.com:3128, noProxy: [intranet.contoso.com] }",
      ],
    ]),
  "traffic by geography": () =>
    exampleFleet("ratings-azure-stack-hub", [
      ["policy: { kind: performance }", "policy: { kind: geographic, regions: { seattle: [US-WA] }, world: orlando }"],
    ]),
  "traffic by subnet": () =>
    exampleFleet("ratings-azure-stack-hub", [
      [
        "policy: { kind: performance }",
        "policy: { kind: subnet, subnets: { seattle: [198.51.100.0/24] }, fallback: seattle }",
      ],
    ]),
  "traffic by nested policies": () =>
    exampleFleet("ratings-azure-stack-hub", [
      [
        "policy: { kind: performance }",
        `policy:
    kind: nested
    by: performance
    children:
      - { name: west, policy: { kind: priority, order: [seattle, orlando] } }
      - { name: east, minHealthy: 2, policy: { kind: weighted, weights: { orlando: 9, seattle: 1 } } }`,
      ],
    ]),
  "name at the top of its zone": () =>
    exampleFleet("ratings-azure-stack-hub", [["host: www.ratings.contoso.com", "host: ratings.contoso.com"]]),
  "public name servers": () =>
    exampleFleet("ratings-three-sites", [
      ...["100", "101", "103"].map(
        (net, index) => [`      dns: 10.${net}.1.91`, `      dns: 203.0.113.${index + 1}`] as const,
      ),
      [
        "application: false, kubernetesApi: false, management: false }\n      egress: &egress",
        "application: true, kubernetesApi: true, management: false }\n      egress: &egress",
      ],
      [
        "application: false, kubernetesApi: false, management: false }\n      egress: *egress\n    quotas: *quotas\n    addresses:\n      ingress: 10.101",
        "application: true, kubernetesApi: true, management: false }\n      egress: *egress\n    quotas: *quotas\n    addresses:\n      ingress: 10.101",
      ],
      [
        "application: false, kubernetesApi: false, management: false }\n      egress: *egress\n    quotas: *quotas\n    addresses:\n      ingress: 10.103",
        "application: true, kubernetesApi: true, management: false }\n      egress: *egress\n    quotas: *quotas\n    addresses:\n      ingress: 10.103",
      ],
    ]),
} satisfies Readonly<Record<string, () => Fleet>>;
