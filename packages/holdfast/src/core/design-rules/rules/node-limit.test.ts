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
      what: "adds up the clusters of one subscription, however its Hub's portal is written",
      example: "ratings-azure-stack-hub",
      edits: [
        ["name: workers, count: 3", "name: workers, count: 23"],
        [
          "portal.orlando.azurestack.contoso.com\n      identity: azure-ad\n      connectivity: connected\n      subscription: ratings-orlando",
          "portal.seattle.azurestack.contoso.com/\n      identity: azure-ad\n      connectivity: connected\n      subscription: Ratings-Seattle",
        ],
      ],
      findings: ["error sites[1].cluster"],
    },
    {
      what: "lets 50 be",
      example: "ratings-azure-stack-hub",
      edits: [["name: workers, count: 3", "name: workers, count: 47"]],
      findings: [],
    },
  ]);
});
