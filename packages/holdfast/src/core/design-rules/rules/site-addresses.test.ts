import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { siteAddresses } from "./site-addresses.ts";

const SEATTLE = "peering: { ingress: 10.10.0.10:80, kubernetesApi: 10.10.0.11:6443, dataHost: 10.10.0.12 }";

describe("site-addresses (R32, R65, R67, R106)", () => {
  testRule(siteAddresses, [
    {
      what: "advises where users are sent",
      example: "ratings",
      edits: [["      ingress: 192.0.2.10\n", ""]],
      findings: ["advice sites[0].addresses.ingress"],
    },
    {
      what: "advises where votes are asked and data is copied",
      example: "ratings",
      edits: [[SEATTLE, "peering: { ingress: 10.10.0.10:80 }"]],
      findings: ["advice sites[0].addresses.peering.kubernetesApi", "advice sites[0].addresses.peering.dataHost"],
    },
    {
      what: "advises where the witness is asked",
      example: "ratings",
      edits: [["    peering: { kubernetesApi: 10.30.0.11:6443 }\n", ""]],
      findings: ["advice witness.addresses.peering.kubernetesApi"],
    },
    {
      what: "needs no votes for MongoDB, which has its own",
      example: "ratings-azure-stack-hub",
      edits: [["        kubernetesApi: 10.100.1.239:443\n", ""]],
      findings: [],
    },
  ]);
});
