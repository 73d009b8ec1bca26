import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { severalSites } from "./several-sites.ts";

describe("several-sites (R15, R103)", () => {
  testRule(severalSites, [
    {
      what: "refuses a fleet of one site",
      example: "ratings",
      edits: [
        [
          "  - name: portland\n    location: { dataCentre: portland-1, region: us-west, country: US }\n    platform: { kind: kubernetes }\n    addresses:\n      ingress: 198.51.100.10\n      dns: 198.51.100.10\n      peering: { ingress: 10.20.0.10:80, kubernetesApi: 10.20.0.11:6443, dataHost: 10.20.0.12 }\n",
          "",
        ],
        ["  - { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }\n", ""],
        ["  - { between: [portland, boise], kind: vpn, latency: 8ms, bandwidth: 100Mbps }\n", ""],
        ["sites: [seattle, portland]", "sites: [seattle]"],
        ["order: [seattle, portland]", "order: [seattle]"],
        ["targets: [portland, seattle]", "targets: [seattle]"],
      ],
      findings: ["error sites"],
    },
  ]);
});
