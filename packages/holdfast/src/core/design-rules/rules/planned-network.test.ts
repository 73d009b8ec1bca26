import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { plannedNetwork } from "./planned-network.ts";

const subnet = ["      nodeSubnet: { name: k8s-nodes, range: 10.100.1.0/24 }\n", ""] as const;
const address = ["      firstControlPlaneAddress: 10.100.1.229\n", ""] as const;
const existing = [
  "      existing: { resourceGroup: ratings-seattle-k8s, virtualNetwork: ratings-seattle }\n",
  "",
] as const;
const noLinks = (example: string) => example.replaceAll("kind: vpn", "kind: public");

describe("planned-network (R21, R65, R71, R72)", () => {
  testRule(plannedNetwork, [
    {
      what: "refuses AKS Engine's own network at a linked site",
      example: "ratings-azure-stack-hub",
      edits: [subnet, address, existing],
      findings: ["error sites[0].network"],
    },
    {
      what: "only advises against it where no link has to route",
      example: "ratings-azure-stack-hub",
      edits: [
        subnet,
        address,
        existing,
        ["between: [seattle, orlando], kind: vpn", noLinks("between: [seattle, orlando], kind: vpn")],
        ["between: [seattle, azure-central], kind: vpn", noLinks("between: [seattle, azure-central], kind: vpn")],
      ],
      findings: ["advice sites[0].network"],
    },
    {
      what: "refuses an existing network without the nodes' subnet",
      example: "ratings-azure-stack-hub",
      edits: [subnet, address],
      findings: ["error sites[0].network.existing"],
    },
    {
      what: "refuses a subnet without the first control-plane address",
      example: "ratings-azure-stack-hub",
      edits: [address],
      findings: ["error sites[0].network.nodeSubnet"],
    },
    {
      what: "takes a subnet in a network that is made for the site",
      example: "ratings-azure-stack-hub",
      edits: [existing],
      findings: [],
    },
    {
      what: "warns of a link without an address space",
      example: "ratings-azure-stack-hub",
      edits: [["      addressSpaces: [10.100.0.0/16]\n", ""]],
      findings: ["warning sites[0].network.addressSpaces"],
    },
    {
      what: "advises one resource group",
      example: "ratings-azure-stack-hub",
      edits: [["existing: { resourceGroup: ratings-seattle-k8s", "existing: { resourceGroup: networks"]],
      findings: ["advice sites[0].network.existing.resourceGroup"],
    },
    {
      what: "does not mind the letter case of its name",
      example: "ratings-azure-stack-hub",
      edits: [["existing: { resourceGroup: ratings-seattle-k8s", "existing: { resourceGroup: Ratings-Seattle-K8s"]],
      findings: [],
    },
  ]);
});
