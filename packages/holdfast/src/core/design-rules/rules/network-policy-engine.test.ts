import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { networkPolicyEngine } from "./network-policy-engine.ts";

const both = (text: string) => [0, 1].map((site) => text.replace("N", String(site)));
const plugin = (name: string, policy: string) =>
  [
    ["networkPlugin: kubenet\n      networkPolicy: calico", `networkPlugin: ${name}\n      networkPolicy: ${policy}`],
  ] as const;

describe("network-policy-engine (R20, R36)", () => {
  testRule(networkPolicyEngine, [
    ...["azure", "antrea"].map((policy) => ({
      what: `refuses kubenet with ${policy}`,
      example: "ratings-azure-stack-hub" as const,
      edits: plugin("kubenet", policy),
      findings: both("error sites[N].cluster.networkPolicy"),
    })),
    ...["azure", "antrea", "calico"].map((policy) => ({
      what: `takes the Azure plugin with ${policy}`,
      example: "ratings-azure-stack-hub" as const,
      edits: plugin("azure", policy),
      findings: [],
    })),
    {
      what: "warns where nothing enforces policies",
      example: "ratings-azure-stack-hub",
      edits: [["      networkPolicy: calico\n", ""]],
      findings: both("warning sites[N].cluster.networkPlugin"),
    },
  ]);
});
