import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { podsFitNodes } from "./pods-fit-nodes.ts";

const api = (cpu: string, memory = "64Mi") =>
  [
    [
      "replicas: { min: 2, max: 10, targetCpu: 30% }\n      resources:\n        requests: { cpu: 250m, memory: 64Mi }\n        limits: { cpu: 500m, memory: 256Mi }",
      `replicas: { min: 2, max: 10, targetCpu: 30% }\n      resources:\n        requests: { cpu: ${cpu}, memory: ${memory} }\n        limits: { memory: 64Gi }`,
    ],
  ] as const;
const component = "error application.components[1].resources.requests";
const pools = (severity: string) => [0, 1].map((site) => `${severity} sites[${site}].cluster.workerPools`);

// A worker is a Standard_D4_v2: 8 cores and 28 GiB, of which the node keeps 0.5 and 1.25. Three give 22.5 and 80.25.
describe("pods-fit-nodes (R38, R44, R50, R52)", () => {
  testRule(podsFitNodes, [
    {
      what: "refuses a pod with more cores than a node gives, for each site",
      example: "ratings-azure-stack-hub",
      edits: api("7501m"),
      findings: [component, component],
    },
    {
      what: "lets a pod be that takes exactly a node, though not ten of it",
      example: "ratings-azure-stack-hub",
      edits: api("7500m"),
      findings: pools("warning"),
    },
    {
      what: "refuses a pod with more memory than a node gives",
      example: "ratings-azure-stack-hub",
      edits: api("250m", "27Gi"),
      findings: [component, component],
    },
    {
      what: "refuses fewer workers than the pods need",
      example: "ratings-azure-stack-hub",
      edits: [...api("5"), ["name: workers, count: 3", "name: workers, count: 1"]],
      findings: pools("error"),
    },
    {
      // ratings-web and ratings-mongodb ask for 1.5 cores: 22.5 - 1.5 = 21 for ten.
      what: "warns above what an autoscaler can reach",
      example: "ratings-azure-stack-hub",
      edits: api("2101m"),
      findings: pools("warning"),
    },
    {
      what: "lets exactly what it can reach be",
      example: "ratings-azure-stack-hub",
      edits: api("2100m"),
      findings: [],
    },
    {
      what: "advises a smaller size where less than a tenth is asked for",
      example: "ratings-azure-stack-hub",
      edits: [["vmSize: Standard_D4_v2", "vmSize: Standard_D5_v2"]],
      findings: ["advice sites[0].cluster.workerPools[0].vmSize", "advice sites[1].cluster.workerPools[0].vmSize"],
    },
    {
      what: "leaves an unknown size to vm-sizes",
      example: "ratings-azure-stack-hub",
      edits: [...api("99"), ["vmSize: Standard_D4_v2", "vmSize: Standard_D4s_v5"]],
      findings: [],
    },
  ]);
});
