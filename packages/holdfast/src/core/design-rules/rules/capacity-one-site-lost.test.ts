import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { capacityOneSiteLost } from "./capacity-one-site-lost.ts";

const WORKERS = "{ name: workers, count: 3, vmSize: Standard_D4_v2 }";

describe("capacity-one-site-lost (R18, R38, R49, R50, R91)", () => {
  testRule(capacityOneSiteLost, [
    {
      what: "refuses workers that have no room for every replica (the two Hubs share the lines about their cluster)",
      example: "ratings-azure-stack-hub",
      edits: [[WORKERS, "{ name: workers, count: 2, vmSize: Standard_A2_v2 }"]],
      findings: ["error sites[0].cluster.workerPools[0].count", "error sites[1].cluster.workerPools[0].count"],
    },
    {
      what: "refuses components that may grow beyond the room",
      example: "ratings-azure-stack-hub",
      edits: [["min: 2, max: 10, targetCpu: 30%", "min: 2, max: 200, targetCpu: 30%"]],
      findings: ["error sites[0].cluster.workerPools[0].count", "error sites[1].cluster.workerPools[0].count"],
    },
    {
      what: "names the quota that would keep the sites from growing so far",
      example: "ratings-azure-stack-hub",
      edits: [
        ["min: 2, max: 10, targetCpu: 30%", "min: 2, max: 200, targetCpu: 30%"],
        ["      cores: 100\n", "      cores: 50\n"],
      ],
      findings: [
        "error sites[0].cluster.workerPools[0].count",
        "error sites[1].cluster.workerPools[0].count",
        "error sites[0].quotas.cores",
        "error sites[1].quotas.cores",
      ],
    },
    {
      what: "refuses replicas that cannot take what both sites have at the busiest time",
      example: "ratings",
      edits: [["registry:", "assumptions: { peakCpuPerSite: 1500m }\nregistry:"]],
      findings: ["error application.components"],
    },
    {
      what: "takes a peak that they can",
      example: "ratings",
      edits: [["registry:", "assumptions: { peakCpuPerSite: 500m }\nregistry:"]],
      findings: [],
    },
  ]);
});
