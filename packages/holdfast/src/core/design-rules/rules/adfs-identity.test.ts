import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { adfsIdentity } from "./adfs-identity.ts";

const enclave = "ratings-disconnected";
const inAzure = [
  "server: registry.enclave.example\n  kind: other",
  "server: enclave.azurecr.us\n  kind: azure-container-registry",
] as const;
const noSecret = ["  pullSecret: registry-pull\n", ""] as const;

describe("adfs-identity (R25, R86, R112)", () => {
  testRule(adfsIdentity, [
    {
      what: "warns of AD FS with a client secret",
      example: enclave,
      edits: [["authentication: client-certificate", "authentication: client-secret"]],
      findings: ["warning sites[0].platform.authentication"],
    },
    {
      what: "takes a client secret with Azure AD",
      example: "ratings-azure-stack-hub",
      edits: [["identity: azure-ad", "identity: azure-ad\n      authentication: client-secret"]],
      findings: [],
    },
    {
      what: "refuses a registry in Azure without a pull secret, for each Hub",
      example: enclave,
      edits: [inAzure, noSecret],
      findings: ["error registry.server", "error registry.server"],
    },
    { what: "takes it with one", example: enclave, edits: [inAzure], findings: [] },
    { what: "leaves other registries to themselves", example: enclave, edits: [noSecret], findings: [] },
    {
      what: "knows a registry in Azure by its name",
      example: enclave,
      edits: [["server: registry.enclave.example", "server: enclave.azurecr.io"], noSecret],
      findings: ["error registry.server", "error registry.server"],
    },
    {
      what: "takes the Hub's own registry at that Hub",
      example: enclave,
      edits: [
        [
          "server: registry.enclave.example\n  kind: other",
          "server: ratings.azsacr.fort-west.enclave.example\n  kind: azure-container-registry",
        ],
        noSecret,
      ],
      findings: ["error registry.server"],
    },
  ]);
});
