import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { internetExposure } from "./internet-exposure.ts";

const CLOSED = "internet: { application: false, kubernetesApi: false, management: false }";
const OPEN = "internet: { application: true, kubernetesApi: false, management: false }";

describe("internet-exposure (R37, R53, R55, R59, R66, R67, R73)", () => {
  testRule(internetExposure, [
    {
      what: "refuses to expose a private address, and asks for the other site too",
      example: "ratings-disconnected",
      edits: [[CLOSED, OPEN]],
      findings: ["error sites[0].network.internet.application", "warning sites[1].network.internet.application"],
    },
    {
      what: "lets a public address be seen on the intranet only (R59)",
      example: "ratings-azure-stack-hub",
      edits: [
        ["ingress: ratings.seattle.cloudapp.azurestack.contoso.com", "ingress: 192.0.2.1"],
        [OPEN, CLOSED],
        [OPEN, CLOSED],
      ],
      findings: [],
    },
    {
      what: "warns of a Kubernetes API on the Internet (R66)",
      example: "ratings-azure-stack-hub",
      edits: [[OPEN, OPEN.replace("kubernetesApi: false", "kubernetesApi: true")]],
      findings: ["warning sites[0].network.internet.kubernetesApi"],
    },
    {
      what: "warns of the witness's as well",
      example: "ratings-azure-stack-hub",
      edits: [
        ["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.102.0.0/16]\n    internet: { kubernetesApi: true }"],
      ],
      findings: ["warning witness.network.internet.kubernetesApi"],
    },
    {
      what: "advises to keep a Hub's management inside (R55, R73)",
      example: "ratings-azure-stack-hub",
      edits: [[OPEN, OPEN.replace("management: false", "management: true")]],
      findings: ["advice sites[0].network.internet.management"],
    },
  ]);
});
