import { describe, expect, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import { analyzeDesign } from "../analyze-design.ts";
import { testRule } from "../testing/test-rule.ts";
import { recoveryObjective } from "./recovery-objective.ts";

describe("recovery-objective (R18, R83, R97)", () => {
  testRule(recoveryObjective, [
    {
      what: "refuses a lease that alone is longer than the promise",
      example: "ratings",
      edits: [["whenAlone: continue", "whenAlone: continue\n    lease: { renew: 2s, ttl: 8s }"]],
      // The site's loss waits for the lease, the server's for twice that.
      findings: ["error objectives.rto", "error objectives.rto"],
    },
    {
      what: "refuses answers that resolvers keep for longer than the promise",
      example: "ratings",
      edits: [["  ttl: 1s", "  ttl: 30s"]],
      findings: ["error objectives.rto"],
    },
    {
      what: "refuses Traffic Manager's calm settings for a promise of a minute, and that a person has to act in it",
      example: "ratings-azure-stack-hub",
      edits: [
        ["interval: 10s, timeout: 5s, fall: 3", "interval: 30s, timeout: 10s, fall: 4"],
        ["rto: 20m", "rto: 1m"],
      ],
      findings: ["error objectives.rto", "error objectives.rto"],
    },
    {
      what: "refuses MongoDB on two Hubs for a promise in which no operator can act, however fast users are sent on",
      example: "ratings-azure-stack-hub",
      edits: [["rto: 20m", "rto: 15m"]],
      findings: ["error objectives.rto"],
    },
    {
      what: "refuses a store whose standbys follow behind, if nothing may be lost, and that only a repair brings back",
      example: "ratings",
      edits: [["durability: replicated", "durability: local-only"]],
      findings: ["error objectives.rto", "error objectives.rto", "error objectives.rpo"],
    },
    {
      what: "refuses MongoDB with two members and an arbiter, where a write that asks for nothing waits for the primary alone",
      example: "ratings-azure-stack-hub",
      edits: [["      - { site: seattle }\n      - { site: orlando }\n", ""]],
      findings: ["error objectives.rpo", "error objectives.rpo"],
    },
    {
      what: "says nothing where nothing is promised",
      example: "ratings",
      edits: [
        ["  rto: 5s\n  rpo: 0s\n", ""],
        ["  ttl: 1s", "  ttl: 30s"],
      ],
      findings: [],
    },
  ]);

  it("names the term that takes longest", () => {
    const text = exampleText("ratings", [["  ttl: 1s", "  ttl: 30s"]]);
    const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
    const [finding] = analyzeDesign(parsed, { today: "2027-01-01", rules: [recoveryObjective] });
    expect(finding?.hint).toBe('The largest part is "resolvers forget the old answer", 30s (traffic.ttl).');
    expect(finding?.message).toBe(
      "when the VPN between seattle and portland is lost, and after 3 other faults, users are served again, writes of ratings-db included, after 32.7s; 5s is promised",
    );
  });

  it("says who has to act, and for which faults", () => {
    const text = exampleText("ratings-azure-stack-hub", [["rto: 20m", "rto: 1m"]]);
    const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
    const [finding] = analyzeDesign(parsed, { today: "2027-01-01", rules: [recoveryObjective] });
    expect(finding?.message).toBe(
      "when site seattle is lost, and after 2 other faults, users are served again, writes of ratings-mongodb included, after 15m12.4s; 1m is promised",
    );
    expect(finding?.hint).toContain("an operator has taken the lost members' votes away");
  });
});
