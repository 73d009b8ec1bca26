import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { leaseTiming } from "./lease-timing.ts";

describe("lease-timing (R85)", () => {
  testRule(leaseTiming, [
    {
      what: "refuses a lease that one lost renewal ends",
      example: "ratings",
      edits: [
        [
          "    whenAlone: continue",
          "    whenAlone: continue\n    lease: { renew: 400ms, ttl: 900ms, fenceMargin: 100ms }",
        ],
      ],
      findings: ["error stores[0].lease.ttl"],
    },
    {
      what: "counts the slowest link",
      example: "ratings",
      edits: [["latency: 9ms", "latency: 300ms"]],
      findings: ["error stores[0].lease.ttl"],
    },
    {
      what: "refuses a margin that leaves no time to write",
      example: "ratings",
      edits: [
        [
          "    whenAlone: continue",
          "    whenAlone: continue\n    lease: { renew: 100ms, ttl: 1s, fenceMargin: 600ms }",
        ],
      ],
      findings: ["error stores[0].lease.fenceMargin"],
    },
    {
      what: "refuses a lease longer than the RTO",
      example: "ratings",
      edits: [["rto: 5s", "rto: 500ms"]],
      findings: ["error stores[0].lease.ttl"],
    },
  ]);
});
