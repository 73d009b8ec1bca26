import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { dependenciesCloud } from "./dependencies-cloud.ts";

const cloud = (name: string) =>
  [["engine: { version: 0.85.0 }", `engine: { version: 0.85.0, dependencies: ${name} }`]] as const;
const refused = ["warning sites[0].platform.engine.dependencies"];

describe("dependencies-cloud (R17, R20)", () => {
  testRule(dependenciesCloud, [
    {
      what: "warns of the closed German cloud",
      example: "ratings-three-sites",
      edits: cloud("german"),
      findings: refused,
    },
    {
      what: "warns of packages from China with images from the public cloud",
      example: "ratings-azure-stack-hub",
      edits: cloud("china"),
      findings: refused,
    },
    {
      what: "takes both from one cloud",
      example: "ratings-azure-stack-hub",
      edits: [
        ...cloud("usgovernment"),
        [
          "subscription: ratings-orlando\n      resourceGroup: ratings-orlando-k8s\n      servicePrincipal:\n        keyVaultSecret: { vault: ratings-orlando-kv, name: aks-engine }\n      engine: { version: 0.85.0 }",
          "subscription: ratings-orlando\n      resourceGroup: ratings-orlando-k8s\n      engine: { version: 0.85.0, dependencies: usgovernment }",
        ],
        ["server: ratingscontoso.azurecr.io", "server: ratingscontoso.azurecr.us"],
      ],
      findings: [],
    },
    {
      what: "does not mind with a registry elsewhere",
      example: "ratings-three-sites",
      edits: cloud("china"),
      findings: [],
    },
  ]);
});
