import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { aksEngineRelease } from "./aks-engine-release.ts";

const version = (text: string) => [["version: 0.85.0", `version: ${text}`]] as const;

describe("aks-engine-release (R20, R125, R126, R127)", () => {
  testRule(aksEngineRelease, [
    {
      what: "warns of a release before the last three",
      example: "ratings-azure-stack-hub",
      edits: version("0.82.2"),
      findings: ["warning sites[0].platform.engine.version"],
    },
    {
      what: "only advises against the oldest of the last three",
      example: "ratings-azure-stack-hub",
      edits: version("0.83.1"),
      findings: ["advice sites[0].platform.engine.version"],
    },
    {
      what: "warns of a patch that was never in the table",
      example: "ratings-azure-stack-hub",
      edits: version("0.84.9"),
      findings: ["warning sites[0].platform.engine.version"],
    },
    {
      what: "warns of a release that is newer than the table",
      example: "ratings-three-sites",
      edits: version("0.99.0"),
      findings: ["warning sites[0].platform.engine.version"],
    },
    {
      what: "says nothing where AKS Engine has nothing to build",
      example: "ratings-azure-stack-hub",
      edits: [
        ["engine: { version: 0.85.0 }\n    cluster: &cluster", "engine: { version: 0.82.2 }\n    cluster: &cluster"],
        ["kind: azure-stack-hub\n", "kind: kubernetes\n"],
        ["      portalUrl: https://portal.seattle.azurestack.contoso.com\n", ""],
        ["      identity: azure-ad\n      connectivity: connected\n      subscription: ratings-seattle\n", ""],
        ["      resourceGroup: ratings-seattle-k8s\n", ""],
        ["      servicePrincipal:\n        keyVaultSecret: { vault: ratings-seattle-kv, name: aks-engine }\n", ""],
        ["      engine: { version: 0.82.2 }\n", ""],
      ],
      findings: [],
    },
  ]);
});
