import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { linkLatency } from "./link-latency.ts";

const election = (timeout: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} an election after ${timeout}`,
  example: "ratings-azure-stack-hub",
  edits: [["    engine: mongodb", `    engine: mongodb\n    electionTimeout: ${timeout}`]],
  findings,
});
const commit = (latency: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} commits that wait ${latency}`,
  example: "ratings",
  edits: [["[seattle, portland], kind: vpn, latency: 4ms", `[seattle, portland], kind: vpn, latency: ${latency}`]],
  findings,
});

describe("link-latency (R84, R85)", () => {
  testRule(linkLatency, [
    commit("100ms"),
    commit("101ms", "advice links[0].latency"),
    {
      what: "does not count commits that wait for no other site",
      example: "ratings",
      edits: [
        ["[seattle, portland], kind: vpn, latency: 4ms", "[seattle, portland], kind: vpn, latency: 400ms"],
        ["durability: replicated", "durability: local-only"],
      ],
      findings: [],
    },
    {
      what: "asks for the latency of a link that data crosses",
      example: "ratings",
      edits: [["[seattle, portland], kind: vpn, latency: 4ms", "[seattle, portland], kind: vpn"]],
      findings: ["advice links[0]"],
    },
    {
      what: "asks for none where only votes cross it",
      example: "ratings",
      edits: [["[seattle, boise], kind: vpn, latency: 9ms", "[seattle, boise], kind: vpn"]],
      findings: [],
    },
    election("4135ms", "warning stores[0].electionTimeout"),
    election("4136ms"),
    election("1199s"),
    election("1200s", "error stores[0].electionTimeout"),
  ]);
});
