import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { hubVolumes } from "./hub-volumes.ts";

describe("hub-volumes (R20)", () => {
  testRule(hubVolumes, [
    {
      what: "warns of MongoDB without a storage class",
      example: "ratings-azure-stack-hub",
      edits: [["size: 128Gi, className: managed-csi", "size: 128Gi"]],
      findings: ["warning stores[0].storage"],
    },
    {
      what: "warns of PostgreSQL without one",
      example: "ratings-three-sites",
      edits: [["size: 128Gi, className: managed-csi", "size: 128Gi"]],
      findings: ["warning stores[0].storage"],
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
