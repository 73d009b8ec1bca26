import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { linkedReplicas } from "./linked-replicas.ts";

describe("linked-replicas (R64, R65)", () => {
  testRule(linkedReplicas, [
    {
      what: "refuses replicas that no link joins",
      example: "ratings",
      edits: [["  - { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }\n", ""]],
      findings: ["error stores[0].sites"],
    },
  ]);
});
