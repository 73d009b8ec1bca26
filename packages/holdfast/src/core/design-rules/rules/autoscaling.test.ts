import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { autoscaling } from "./autoscaling.ts";

const scaled = (replicas: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} ${replicas}`,
  example: "ratings-azure-stack-hub",
  edits: [["{ min: 2, max: 10, targetCpu: 30% }", replicas]],
  findings,
});

describe("autoscaling (R38, R51, R52)", () => {
  testRule(autoscaling, [
    scaled("{ min: 2, max: 2, targetCpu: 30% }", "advice application.components[1].replicas.max"),
    scaled("{ min: 2, max: 3, targetCpu: 30% }"),
    scaled("{ min: 2, max: 10, targetCpu: 19% }", "warning application.components[1].replicas.targetCpu"),
    scaled("{ min: 2, max: 10, targetCpu: 20% }"),
    scaled("{ min: 2, max: 10, targetCpu: 90% }"),
    scaled("{ min: 2, max: 10, targetCpu: 91% }", "warning application.components[1].replicas.targetCpu"),
    {
      what: "refuses to scale by CPU that nobody requests",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "requests: { cpu: 250m, memory: 64Mi }\n        limits: { cpu: 500m, memory: 256Mi }",
          "requests: { cpu: 0, memory: 64Mi }\n        limits: { cpu: 500m, memory: 256Mi }",
        ],
      ],
      findings: ["error application.components[1].resources.requests.cpu"],
    },
    {
      what: "warns of requesting nothing where the number is fixed (R52)",
      example: "ratings",
      edits: [["requests: { cpu: 100m, memory: 64Mi }", "requests: { cpu: 0m, memory: 0Mi }"]],
      findings: [
        "warning application.components[0].resources.requests.cpu",
        "warning application.components[0].resources.requests.memory",
      ],
    },
  ]);
});
