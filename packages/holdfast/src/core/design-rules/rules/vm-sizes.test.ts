import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { vmSizesRule } from "./vm-sizes.ts";

const workers = (text: string) =>
  [["- { name: workers, count: 3, vmSize: Standard_D4_v2 }", `- { name: workers, ${text} }`]] as const;
const controlPlane = (size: string) => [["count: 3, vmSize: Standard_DS2_v2", `count: 3, vmSize: ${size}`]] as const;
const both = (severity: string, path: string) => [0, 1].map((site) => `${severity} sites[${site}].cluster.${path}`);

describe("vm-sizes (R43, R47, R50)", () => {
  testRule(vmSizesRule, [
    {
      what: "refuses a size that only public Azure has",
      example: "ratings-azure-stack-hub",
      edits: workers("count: 3, vmSize: Standard_D4s_v5"),
      findings: both("error", "workerPools[0].vmSize"),
    },
    {
      what: "takes a size in any letter case",
      example: "ratings-azure-stack-hub",
      edits: workers("count: 3, vmSize: standard_d4_V2"),
      findings: [],
    },
    {
      what: "refuses it for the control plane too",
      example: "ratings-azure-stack-hub",
      edits: controlPlane("Standard_B2s"),
      findings: both("error", "controlPlane.vmSize"),
    },
    {
      what: "warns of one core for a control-plane node",
      example: "ratings-azure-stack-hub",
      edits: controlPlane("Standard_DS1_v2"),
      findings: both("warning", "controlPlane.vmSize"),
    },
    {
      what: "advises premium disks for etcd",
      example: "ratings-azure-stack-hub",
      edits: controlPlane("Standard_D2_v2"),
      findings: both("advice", "controlPlane.vmSize"),
    },
    {
      what: "refuses the helper machine's size",
      example: "ratings-azure-stack-hub",
      edits: [["engine: { version: 0.85.0 }", "engine: { version: 0.85.0, helperVmSize: Standard_F3 }"]],
      findings: ["error sites[0].platform.engine.helperVmSize"],
    },
    {
      what: "refuses more data disks than the size takes",
      example: "ratings-three-sites",
      edits: workers("count: 3, vmSize: Standard_A1, dataDisksGiB: [10, 10, 10]"),
      findings: [0, 1, 2].map((site) => `error sites[${site}].cluster.workerPools[0].dataDisksGiB`),
    },
    {
      what: "warns where the volumes of a lost worker find no place",
      example: "ratings-three-sites",
      edits: workers("count: 3, vmSize: Standard_A1, dataDisksGiB: [10, 10]"),
      findings: [0, 1, 2].map((site) => `warning sites[${site}].cluster.workerPools[0].vmSize`),
    },
    {
      what: "lets exactly as many be",
      example: "ratings-three-sites",
      edits: workers("count: 3, vmSize: Standard_A1, dataDisksGiB: [10]"),
      findings: [],
    },
  ]);
});
