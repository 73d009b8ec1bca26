import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { hubDisks } from "./hub-disks.ts";

const both = (path: string) => [0, 1].map((site) => `error sites[${site}].cluster.${path}`);

describe("hub-disks (R20, R49)", () => {
  testRule(hubDisks, [
    {
      what: "refuses a control plane's system disk of 1024 GiB",
      example: "ratings-azure-stack-hub",
      edits: [["etcdDiskGiB: 128", "etcdDiskGiB: 128, osDiskGiB: 1024"]],
      findings: both("controlPlane.osDiskGiB"),
    },
    {
      what: "refuses a worker's",
      example: "ratings-azure-stack-hub",
      edits: [["vmSize: Standard_D4_v2", "vmSize: Standard_D4_v2, osDiskGiB: 2048"]],
      findings: both("workerPools[0].osDiskGiB"),
    },
    {
      what: "takes 1023 GiB everywhere",
      example: "ratings-azure-stack-hub",
      edits: [
        ["etcdDiskGiB: 128", "etcdDiskGiB: 1023, osDiskGiB: 1023"],
        ["vmSize: Standard_D4_v2", "vmSize: Standard_D4_v2, osDiskGiB: 1023"],
        ["size: 128Gi", "size: 1023Gi"],
      ],
      findings: [],
    },
    {
      what: "refuses a store's volume that is a little larger",
      example: "ratings-three-sites",
      edits: [["size: 128Gi", "size: 1023.5Gi"]],
      findings: ["error stores[0].storage.size"],
    },
    {
      what: "lets other platforms have what they can",
      example: "ratings",
      edits: [["size: 10Gi", "size: 4Ti"]],
      findings: [],
    },
  ]);
});
