import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { singlePointOfFailure } from "./single-point-of-failure.ts";

/** Without any of these MongoDB's writes wait for an operator; the files promise a time in which one can act. */
const byHand = ["warning sites[0].location.dataCentre", "warning sites[1].location.dataCentre", "warning links[0]"];

/** Known of each example, and no fault of it: what is outside the sites, and the one way for replication. */
const inExamples = {
  ratings: ["advice links[0]", "advice registry.server"],
  "ratings-azure-stack-hub": [
    ...byHand,
    "advice sites[0].platform.identity",
    "advice registry.server",
    "advice traffic.provider",
    "advice traffic.tls.issuer",
    "advice delivery.kind",
    "advice access.secrets",
  ],
  "ratings-disconnected": [
    ...byHand,
    "advice sites[0].platform.identity",
    "advice registry.server",
    "advice traffic.tls.issuer",
    "advice delivery.kind",
    "advice access.secrets",
  ],
  "ratings-three-sites": [
    "advice sites[0].platform.identity",
    "advice links[2]",
    "advice registry.server",
    "advice traffic.tls.issuer",
    "advice delivery.kind",
    "advice delivery.repository.url",
    "advice access.secrets",
  ],
};

describe("single-point-of-failure (R15, R18, R102, R104)", () => {
  testRule(
    singlePointOfFailure,
    [
      {
        what: "names the building of both sites, and not the two sites in it",
        example: "ratings",
        edits: [["dataCentre: portland-1", "dataCentre: seattle-1"]],
        findings: ["error sites[0].location.dataCentre", ...inExamples.ratings],
      },
      {
        what: "names the Hub that has the majority of MongoDB's votes, as in the published guide",
        example: "ratings-azure-stack-hub",
        edits: [["      - { site: azure-central, role: arbiter }", "      - { site: seattle, role: arbiter }"]],
        // Without Orlando or the link a primary is there, and an operator can let it go on; without Seattle there is none.
        findings: ["error sites[0].location.dataCentre", ...inExamples["ratings-azure-stack-hub"].slice(1)],
      },
      {
        what: "refuses what only an operator gets over where the RTO leaves nobody time",
        example: "ratings-azure-stack-hub",
        edits: [["rto: 20m", "rto: 15m"]],
        findings: [
          ...byHand.map((finding) => finding.replace("warning", "error")),
          ...inExamples["ratings-azure-stack-hub"].slice(byHand.length),
        ],
      },
      {
        what: "refuses it as well where nothing is promised",
        example: "ratings-azure-stack-hub",
        edits: [["  rto: 20m\n", ""]],
        findings: [
          ...byHand.map((finding) => finding.replace("warning", "error")),
          ...inExamples["ratings-azure-stack-hub"].slice(byHand.length),
        ],
      },
      {
        what: "names both sites of a store that blocks without a standby, and the link between them",
        example: "ratings",
        edits: [["whenAlone: continue", "whenAlone: block"]],
        findings: [
          "error sites[0].location.dataCentre",
          "error sites[1].location.dataCentre",
          "error links[0]",
          "advice registry.server",
        ],
      },
      {
        what: "names the one name server of a fleet",
        example: "ratings",
        edits: [["\n      dns: 198.51.100.10", ""]],
        findings: inExamples.ratings,
      },
      {
        what: "names a pool of agents that both sites have",
        example: "ratings-azure-stack-hub",
        edits: [["    orlando: orlando-hub", "    orlando: seattle-hub"]],
        findings: [
          ...inExamples["ratings-azure-stack-hub"].slice(0, 8),
          "advice delivery.selfHostedPools.seattle",
          "advice access.secrets",
        ],
      },
      {
        what: "says nothing of a pool for each site, nor of AD FS where each Hub has its own",
        example: "ratings-disconnected",
        edits: [
          ["          - { purpose: identity, host: adfs.enclave.example }\n", ""],
          ["kind: hashicorp-vault, vault: https://vault.enclave.example", "kind: kubernetes"],
        ],
        findings: [...byHand, ...inExamples["ratings-disconnected"].slice(4, 7)],
      },
      {
        what: "says nothing of one site, of which several-sites says it all",
        example: "ratings",
        edits: [
          [
            "  - name: portland\n    location: { dataCentre: portland-1, region: us-west, country: US }\n    platform: { kind: kubernetes }\n    addresses:\n      ingress: 198.51.100.10\n      dns: 198.51.100.10\n      peering: { ingress: 10.20.0.10:80, kubernetesApi: 10.20.0.11:6443, dataHost: 10.20.0.12 }\n",
            "",
          ],
          ["  - { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }\n", ""],
          ["  - { between: [portland, boise], kind: vpn, latency: 8ms, bandwidth: 100Mbps }\n", ""],
          ["    sites: [seattle, portland]\n", "    sites: [seattle]\n"],
          ["order: [seattle, portland]", "order: [seattle]"],
          ["targets: [portland, seattle]", "targets: [seattle]"],
        ],
        findings: [],
      },
    ],
    inExamples,
  );
});
