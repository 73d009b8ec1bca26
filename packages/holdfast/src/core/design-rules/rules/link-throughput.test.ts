import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { linkThroughput } from "./link-throughput.ts";

const bandwidth = (text: string) =>
  [
    [
      "between: [seattle, orlando], kind: vpn, latency: 68ms, bandwidth: 200Mbps",
      `between: [seattle, orlando], kind: vpn, latency: 68ms${text}`,
    ],
  ] as const;
const schedule = (cron: string) => [['schedule: "0 2 * * *"', `schedule: "${cron}"`]] as const;
const hub = "ratings-azure-stack-hub";

// 128 GiB are 1,099,511,627,776 bits: 200 Mbps carry them in 1 h 32 min, 12.72 in just over 24 h.
describe("link-throughput (R65, R82, R85)", () => {
  testRule(linkThroughput, [
    {
      what: "warns of a link that says more than its gateways carry",
      example: hub,
      edits: bandwidth(", bandwidth: 201Mbps"),
      findings: ["warning links[0].bandwidth"],
    },
    {
      what: "looks at the slower of two gateways",
      example: hub,
      edits: [["vpnGateway: { sku: HighPerformance }", "vpnGateway: { sku: Standard }"]],
      findings: ["warning links[0].bandwidth"],
    },
    {
      what: "does not ask a gateway about a line of one's own",
      example: hub,
      edits: [
        [
          "between: [seattle, orlando], kind: vpn, latency: 68ms, bandwidth: 200Mbps",
          "between: [seattle, orlando], kind: direct, latency: 68ms, bandwidth: 10Gbps",
        ],
      ],
      findings: [],
    },
    {
      what: "advises to measure a link that carries replication",
      example: hub,
      edits: [["kind: vpn, latency: 68ms, bandwidth: 200Mbps", "kind: vpn, latency: 68ms"]],
      findings: ["advice links[0]"],
    },
    {
      what: "needs no figures of a link that only votes cross",
      example: hub,
      edits: [["kind: vpn, latency: 42ms, bandwidth: 100Mbps", "kind: vpn"]],
      findings: [],
    },
    {
      what: "warns where a full backup takes longer than a day, and so does a new copy",
      example: hub,
      edits: bandwidth(", bandwidth: 12.72Mbps"),
      findings: ["warning links[0].bandwidth", "warning backups[0].schedule"],
    },
    { what: "lets just less than a day be", example: hub, edits: bandwidth(", bandwidth: 12.73Mbps"), findings: [] },
    {
      what: "warns where the next backup begins before",
      example: hub,
      edits: schedule("0 * * * *"),
      findings: ["warning backups[0].schedule"],
    },
    { what: "takes one every two hours", example: hub, edits: schedule("0 */2 * * *"), findings: [] },
    {
      what: "uses the gateway's figure where the link has none",
      example: hub,
      edits: [...bandwidth(""), ...schedule("0 * * * *")],
      findings: ["warning backups[0].schedule", "advice links[0]"],
    },
    {
      what: "estimates nothing without a figure",
      example: "ratings",
      edits: [
        ["kind: vpn, latency: 4ms, bandwidth: 200Mbps", "kind: vpn"],
        ["size: 10Gi", "size: 10Ti"],
      ],
      findings: ["advice links[0]"],
    },
  ]);
});
