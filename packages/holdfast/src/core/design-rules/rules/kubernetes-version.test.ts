import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { kubernetesVersion } from "./kubernetes-version.ts";

const both = ["error sites[0].cluster.kubernetesVersion", "error sites[1].cluster.kubernetesVersion"];
const version = (text: string) => [["kubernetesVersion: 1.34.4", `kubernetesVersion: ${text}`]] as const;

describe("kubernetes-version (R20, R124, R125)", () => {
  testRule(kubernetesVersion, [
    {
      what: "refuses a patch that the release does not deploy",
      example: "ratings-azure-stack-hub",
      edits: version("1.34.5"),
      findings: both,
    },
    {
      what: "refuses the version before the first",
      example: "ratings-azure-stack-hub",
      edits: version("1.32.9"),
      findings: both,
    },
    {
      what: "refuses the version after the last",
      example: "ratings-azure-stack-hub",
      edits: version("1.36.0"),
      findings: both,
    },
    { what: "takes the first", example: "ratings-azure-stack-hub", edits: version("1.33.10"), findings: [] },
    { what: "takes the last", example: "ratings-azure-stack-hub", edits: version("1.35.0"), findings: [] },
    {
      what: "looks at each site's own release",
      example: "ratings-azure-stack-hub",
      edits: [["version: 0.85.0", "version: 0.84.2"]],
      findings: ["error sites[0].cluster.kubernetesVersion"],
    },
    {
      what: "leaves a release that it does not know to aks-engine-release",
      example: "ratings-azure-stack-hub",
      edits: [["version: 0.85.0", "version: 0.99.0"]],
      findings: [],
    },
  ]);
});
