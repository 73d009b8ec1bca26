import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { nodeLimit } from "./node-limit.ts";

describe("node-limit (R39, R46)", () => {
  testRule(nodeLimit, [
    {
      what: "refuses the 51st node, control plane included",
      example: "ratings-azure-stack-hub",
      edits: [["name: workers, count: 3", "name: workers, count: 48"]],
      findings: ["error sites[0].cluster", "error sites[1].cluster"],
    },
    {
      what: "lets 50 be",
      example: "ratings-azure-stack-hub",
      edits: [["name: workers, count: 3", "name: workers, count: 47"]],
      findings: [],
    },
  ]);
});
