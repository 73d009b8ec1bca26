import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { voteMajority } from "./vote-majority.ts";

const MEMBERS =
  "      - { site: seattle, priority: 2 }\n      - { site: seattle }\n      - { site: orlando }\n      - { site: orlando }\n      - { site: azure-central, role: arbiter }\n";
const WITNESS =
  "witness: { name: boise, location: { dataCentre: boise-1 }, platform: { kind: kubernetes }, addresses: { peering: { kubernetesApi: 10.9.9.9 } } }";

describe("vote-majority (R18, R84)", () => {
  testRule(voteMajority, [
    {
      what: "refuses two sites without a witness: neither could go on alone",
      example: "ratings",
      edits: [
        [
          "# Votes and observes; runs no application and holds no personal data.\nwitness:\n  name: boise\n  location: { dataCentre: boise-1, region: us-west, country: US }\n  platform: { kind: kubernetes }\n  addresses:\n    dns: 203.0.113.10\n    peering: { kubernetesApi: 10.30.0.11:6443 }\n",
          "",
        ],
        ["  - { between: [seattle, boise], kind: vpn, latency: 9ms, bandwidth: 100Mbps }\n", ""],
        ["  - { between: [portland, boise], kind: vpn, latency: 8ms, bandwidth: 100Mbps }\n", ""],
      ],
      findings: ["error sites"],
    },
    {
      what: "counts votes by data centre: a witness in a site's building does not help",
      example: "ratings",
      edits: [["dataCentre: boise-1", "dataCentre: seattle-1"]],
      findings: ["error sites"],
    },
    {
      what: "refuses the 3 + 2 votes of the MongoDB guide, which lose the first Hub",
      example: "ratings-azure-stack-hub",
      edits: [["      - { site: azure-central, role: arbiter }", "      - { site: seattle, role: arbiter }"]],
      findings: ["error stores[0].members"],
    },
    {
      what: "warns of an even number of votes",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "      - { site: orlando }\n      - { site: orlando }\n      - { site: azure-central, role: arbiter }",
          "      - { site: orlando }\n      - { site: orlando }\n      - { site: azure-central, role: arbiter }\n      - { site: azure-central, role: arbiter }",
        ],
      ],
      findings: ["warning stores[0].members", "warning stores[0].members"],
    },
    {
      what: "refuses the whole topology of the published guide: 2 members and an arbiter, 1 member and an arbiter",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          MEMBERS,
          "      - { site: seattle }\n      - { site: seattle, priority: 0.7 }\n      - { site: seattle, role: arbiter }\n      - { site: orlando, priority: 0.7 }\n      - { site: orlando, role: arbiter }\n",
        ],
      ],
      findings: ["error stores[0].members", "warning stores[0].members"],
    },
    {
      what: "takes one data member on each of three sites",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          MEMBERS,
          "      - { site: seattle }\n      - { site: orlando }\n      - { site: azure-central, role: arbiter }\n",
        ],
      ],
      findings: [],
    },
    {
      what: "takes members without a vote for what they are",
      example: "ratings-azure-stack-hub",
      edits: [[MEMBERS, `${MEMBERS}      - { site: seattle, votes: 0, priority: 0 }\n`]],
      findings: [],
    },
    {
      what: "counts 3 + 3 + 1 votes, the most that there can be, as sound",
      example: "ratings-azure-stack-hub",
      edits: [[MEMBERS, `      - { site: seattle }\n      - { site: orlando }\n${MEMBERS}`]],
      findings: [],
    },
    {
      what: "advises an odd number of voters for leases",
      example: "ratings-three-sites",
      edits: [["# In a fourth building.", `${WITNESS}\n# In a fourth building.`]],
      findings: ["advice sites"],
    },
  ]);
});
