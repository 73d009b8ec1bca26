import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { clusterSize } from "./cluster-size.ts";

describe("cluster-size (R40, R107, R108)", () => {
  testRule(clusterSize, [
    {
      what: "refuses one control-plane node",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "cluster: *cluster",
          "cluster:\n      kubernetesVersion: 1.34.4\n      dnsPrefix: ratings\n      controlPlane: { count: 1, vmSize: Standard_DS2_v2 }\n      workerPools: [{ count: 3, vmSize: Standard_D4_v2 }]\n      ssh: { publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHTaZ1EbotZCnqQGEKeceP8qT6twoenaGJG7jiUXKz38 }",
        ],
      ],
      findings: ["error sites[1].cluster.controlPlane.count"],
    },
    {
      what: "refuses four, for both sites that share the text",
      example: "ratings-azure-stack-hub",
      edits: [["controlPlane: { count: 3", "controlPlane: { count: 4"]],
      findings: ["error sites[0].cluster.controlPlane.count", "error sites[1].cluster.controlPlane.count"],
    },
    {
      what: "refuses one worker",
      example: "ratings-azure-stack-hub",
      edits: [["name: workers, count: 3", "name: workers, count: 1"]],
      findings: ["error sites[0].cluster.workerPools[0].count", "error sites[1].cluster.workerPools[0].count"],
    },
    {
      what: "warns of two workers on a Hub",
      example: "ratings-azure-stack-hub",
      edits: [["name: workers, count: 3", "name: workers, count: 2"]],
      findings: ["warning sites[0].cluster.workerPools[0].count", "warning sites[1].cluster.workerPools[0].count"],
    },
    {
      what: "refuses a second pool on a Hub",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "        - { name: workers, count: 3, vmSize: Standard_D4_v2 }",
          "        - { name: workers, count: 3, vmSize: Standard_D4_v2 }\n        - { name: more, count: 3, vmSize: Standard_D4_v2 }",
        ],
      ],
      findings: ["error sites[0].cluster.workerPools[1]", "error sites[1].cluster.workerPools[1]"],
    },
  ]);
});
