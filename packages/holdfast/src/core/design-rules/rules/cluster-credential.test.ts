import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { clusterCredential } from "./cluster-credential.ts";

const enclave = "ratings-disconnected";
const noVault: Edit = [
  "      servicePrincipal:\n        keyVaultSecret: { vault: ratings-west-kv, name: aks-engine }\n",
  "",
];

describe("cluster-credential (R86, R121)", () => {
  testRule(clusterCredential, [
    { what: "takes a certificate with a Key Vault", example: enclave, edits: [], findings: [] },
    {
      what: "refuses a certificate without one",
      example: enclave,
      edits: [noVault],
      findings: ["error sites[0].platform.servicePrincipal"],
    },
    {
      what: "refuses it where only the client id is named, too",
      example: enclave,
      edits: [
        [
          "        keyVaultSecret: { vault: ratings-west-kv, name: aks-engine }\n",
          "        clientId: 3f1c2c34-0c0b-4f7e-9f5e-0d4a2c1b7a10\n",
        ],
      ],
      findings: ["error sites[0].platform.servicePrincipal"],
    },
    {
      what: "takes a client secret without one: the pipeline passes it on",
      example: enclave,
      edits: [noVault, ["authentication: client-certificate", "authentication: client-secret"]],
      findings: [],
    },
    { what: "asks nothing of clusters that others built", example: "ratings", edits: [], findings: [] },
  ]);
});
