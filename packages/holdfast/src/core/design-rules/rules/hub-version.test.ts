import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { hubVersion } from "./hub-version.ts";

const hub = "ratings-azure-stack-hub";
const old = ["connectivity: connected", "connectivity: connected\n      apiProfile: 2019-03-01-hybrid"] as const;
const workers = (size: string) => ["vmSize: Standard_D4_v2", `vmSize: ${size}`] as const;

describe("hub-version (R20, R130)", () => {
  testRule(hubVersion, [
    {
      what: "warns of a Hub before 2102",
      example: hub,
      edits: [old],
      findings: ["warning sites[0].platform.apiProfile"],
    },
    {
      what: "refuses a size that came with 2102 there, and only there",
      example: hub,
      edits: [old, workers("Standard_D4_v3")],
      findings: ["error sites[0].cluster.workerPools[0].vmSize", "warning sites[0].platform.apiProfile"],
    },
    {
      what: "refuses one with fewer cores than its memory has",
      example: hub,
      edits: [old, workers("Standard_DS13-4_v2")],
      findings: ["error sites[0].cluster.workerPools[0].vmSize", "warning sites[0].platform.apiProfile"],
    },
    { what: "takes both on a later Hub", example: hub, edits: [workers("Standard_D4_v3")], findings: [] },
  ]);
});
