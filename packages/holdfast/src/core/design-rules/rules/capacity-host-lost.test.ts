import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { capacityHostLost } from "./capacity-host-lost.ts";

const WORKERS = "{ name: workers, count: 3, vmSize: Standard_D4_v2 }";

describe("capacity-host-lost (R101, R102, R50)", () => {
  testRule(capacityHostLost, [
    {
      what: "warns of workers that are just enough while every host is there",
      example: "ratings-azure-stack-hub",
      // Some 4.3 cores are asked for; three of these have 5.7, two have 3.8.
      edits: [[WORKERS, "{ name: workers, count: 3, vmSize: Standard_D2_v2 }"]],
      findings: ["warning sites[0].cluster.workerPools[0].count", "warning sites[1].cluster.workerPools[0].count"],
    },
    {
      what: "takes one more of them",
      example: "ratings-azure-stack-hub",
      edits: [[WORKERS, "{ name: workers, count: 5, vmSize: Standard_D2_v2 }"]],
      findings: [],
    },
  ]);
});
