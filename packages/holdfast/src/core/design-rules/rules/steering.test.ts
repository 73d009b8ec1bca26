import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { steering } from "./steering.ts";

const policy = (what: string, text: string, ...findings: string[]): RuleCase => ({
  what,
  example: "ratings",
  edits: [["policy: { kind: priority, order: [seattle, portland] }", `policy: ${text}`]],
  findings,
});

describe("steering (R31, R105, R106)", () => {
  testRule(steering, [
    policy("warns of a site without users", "{ kind: priority, order: [seattle] }", "warning traffic.policy"),
    policy(
      "counts a weight of 0 as none",
      "{ kind: weighted, weights: { seattle: 1, portland: 0 } }",
      "warning traffic.policy",
    ),
    policy("takes a small weight", "{ kind: weighted, weights: { seattle: 999, portland: 1 } }"),
    policy("takes everybody by distance (R105)", "{ kind: performance }"),
    policy(
      "warns of users in no subnet",
      "{ kind: subnet, subnets: { seattle: [10.0.0.0/9], portland: [10.128.0.0/9] } }",
      "warning traffic.policy.fallback",
    ),
    policy("takes a fallback", "{ kind: subnet, subnets: { seattle: [10.0.0.0/9] }, fallback: portland }"),
    policy("advises a second address", "{ kind: multi-value, maxAnswers: 1 }", "advice traffic.policy.maxAnswers"),
    policy("takes two addresses", "{ kind: multi-value, maxAnswers: 2 }"),
    policy("takes regions and the world", "{ kind: geographic, regions: { seattle: [US] }, world: portland }"),
    policy(
      "refuses a child that is never up",
      "{ kind: nested, by: priority, children: [{ name: west, minHealthy: 3, policy: { kind: performance } }] }",
      "error traffic.policy.children[0].minHealthy",
    ),
    policy(
      "takes a child that needs all of its sites",
      "{ kind: nested, by: priority, children: [{ name: west, minHealthy: 2, policy: { kind: performance } }] }",
    ),
    policy(
      "looks into children",
      "{ kind: nested, by: priority, children: [{ name: west, policy: { kind: priority, order: [seattle] } }] }",
      "warning traffic.policy",
    ),
  ]);
});
