import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { loadBalancerLimit } from "./load-balancer-limit.ts";

describe("load-balancer-limit (R56, R57, R58)", () => {
  testRule(loadBalancerLimit, [
    {
      what: "refuses a sixth LoadBalancer service on a Hub",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "      - { site: seattle }\n",
          "      - { site: seattle }\n      - { site: seattle, votes: 0, priority: 0 }\n",
        ],
        ["      connectsTo: [ratings-api]", "      service: load-balancer\n      connectsTo: [ratings-api]"],
        ["      connectsTo: [ratings-mongodb]", "      service: load-balancer\n      connectsTo: [ratings-mongodb]"],
      ],
      findings: ["error sites[0].platform"],
    },
    {
      what: "lets five be",
      example: "ratings-azure-stack-hub",
      edits: [
        ["      connectsTo: [ratings-api]", "      service: load-balancer\n      connectsTo: [ratings-api]"],
        ["      connectsTo: [ratings-mongodb]", "      service: load-balancer\n      connectsTo: [ratings-mongodb]"],
      ],
      findings: [],
    },
  ]);
});
