import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { reachableComponents } from "./reachable-components.ts";

describe("reachable-components (R14, R36, R141)", () => {
  testRule(reachableComponents, [
    {
      what: "refuses an application that users do not reach",
      example: "ratings",
      edits: [
        ["      exposure:\n        port: http\n        paths: [/]\n", ""],
        [
          "      exposure:\n        port: http\n        # Deep health: what steers users, so it must fail when this site cannot serve them.\n        paths: [/healthz]\n",
          "",
        ],
      ],
      findings: ["error application.components", "warning application.components[0].name"],
    },
    {
      what: "warns of a store that nobody uses",
      example: "ratings",
      edits: [["connectsTo: [ratings-db]", "connectsTo: []"]],
      findings: ["warning stores[0].name"],
    },
    {
      what: "warns of a tier that is cut off",
      example: "ratings",
      edits: [
        ["connectsTo: [ratings-api]", "connectsTo: []"],
        [
          "      exposure:\n        port: http\n        # Deep health: what steers users, so it must fail when this site cannot serve them.\n        paths: [/healthz]\n",
          "",
        ],
      ],
      findings: ["warning application.components[1].name"],
    },
    {
      what: "takes an exposed tier as reached",
      example: "ratings",
      edits: [["connectsTo: [ratings-api]", "connectsTo: []"]],
      findings: [],
    },
  ]);
});
