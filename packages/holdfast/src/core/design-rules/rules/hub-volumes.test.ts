import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { hubVolumes } from "./hub-volumes.ts";

describe("hub-volumes (R20)", () => {
  testRule(hubVolumes, [
    {
      what: "warns of a class that nobody makes, for MongoDB",
      example: "ratings-azure-stack-hub",
      edits: [["className: managed-standard", "className: managed-csi"]],
      findings: ["warning stores[0].storage.className"],
    },
    {
      what: "warns of one for PostgreSQL",
      example: "ratings-three-sites",
      edits: [["className: managed-standard", "className: fast"]],
      findings: ["warning stores[0].storage.className"],
    },
    {
      what: "takes the default class where none is named",
      example: "ratings-azure-stack-hub",
      edits: [["size: 128Gi, className: managed-standard", "size: 128Gi"]],
      findings: [],
    },
    {
      what: "refuses premium disks on machines that take none",
      example: "ratings-azure-stack-hub",
      edits: [["className: managed-standard", "className: managed-premium"]],
      findings: ["error stores[0].storage.className", "error stores[0].storage.className"],
    },
    {
      what: "takes them on machines that do",
      example: "ratings-azure-stack-hub",
      edits: [
        ["className: managed-standard", "className: managed-premium"],
        ["vmSize: Standard_D4_v2", "vmSize: Standard_DS4_v2"],
      ],
      findings: [],
    },
    {
      what: "lets other platforms use their default",
      example: "ratings",
      edits: [["size: 10Gi", "size: 20Gi"]],
      findings: [],
    },
    {
      what: "warns of a Kubernetes that no driver is known for",
      example: "ratings-azure-stack-hub",
      edits: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.36.0"]],
      findings: ["warning sites[0].cluster.kubernetesVersion", "warning sites[1].cluster.kubernetesVersion"],
    },
    {
      what: "takes the newest that one is known for",
      example: "ratings-azure-stack-hub",
      edits: [["kubernetesVersion: 1.34.4", "kubernetesVersion: 1.35.0"]],
      findings: [],
    },
  ]);
});
