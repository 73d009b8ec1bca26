import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { controlPlaneAddresses } from "./control-plane-addresses.ts";

const first = (address: string) =>
  [["firstControlPlaneAddress: 10.100.1.229", `firstControlPlaneAddress: ${address}`]] as const;
const at = (severity: string, path = "firstControlPlaneAddress") => [`${severity} sites[0].network.${path}`];
const hub = "ratings-azure-stack-hub";

describe("control-plane-addresses (R22, R71)", () => {
  testRule(controlPlaneAddresses, [
    {
      what: "refuses 16 addresses that reach the broadcast address",
      example: hub,
      edits: first("10.100.1.240"),
      findings: at("error"),
    },
    { what: "lets them end just before it", example: hub, edits: first("10.100.1.239"), findings: [] },
    { what: "refuses the four that Azure keeps", example: hub, edits: first("10.100.1.3"), findings: at("error") },
    { what: "warns of the first 24", example: hub, edits: first("10.100.1.23"), findings: at("warning") },
    { what: "takes the 25th", example: hub, edits: first("10.100.1.24"), findings: [] },
    {
      what: "refuses addresses that cross into the next 256",
      example: hub,
      edits: [
        ["{ name: k8s-nodes, range: 10.100.1.0/24 }", "{ name: k8s-nodes, range: 10.100.0.0/23 }"],
        ...first("10.100.0.250"),
      ],
      findings: at("error"),
    },
    {
      what: "refuses a load balancer's address among them",
      example: hub,
      edits: [["dataHost: 10.100.1.101", "dataHost: 10.100.1.244"]],
      findings: ["error sites[0].addresses.peering.dataHost"],
    },
    {
      what: "lets the address after them be",
      example: hub,
      edits: [["dataHost: 10.100.1.101", "dataHost: 10.100.1.245"]],
      findings: [],
    },
    {
      // 256 - 5 - 16 = 235; with 3 control-plane nodes and 3 + 1 workers the Azure plugin takes 210, the machines 4, load balancers 2.
      what: "takes the Azure plugin where pods just fit",
      example: hub,
      edits: [["networkPlugin: kubenet", "networkPlugin: azure"]],
      findings: [],
    },
    {
      what: "refuses it where they do not",
      example: hub,
      edits: [
        ["networkPlugin: kubenet", "networkPlugin: azure"],
        ["name: workers, count: 3", "name: workers, count: 4"],
      ],
      findings: [0, 1].map((site) => `error sites[${site}].network.nodeSubnet.range`),
    },
    {
      // 32 - 5 - 16 = 11: eight workers, one more, and two load balancers.
      what: "lets a small subnet be that holds every worker",
      example: hub,
      edits: smallSubnet(8),
      findings: [],
    },
    { what: "refuses one worker more", example: hub, edits: smallSubnet(9), findings: at("error", "nodeSubnet.range") },
  ]);
});

function smallSubnet(workers: number) {
  return [
    ["name: workers, count: 3", `name: workers, count: ${workers}`],
    ["range: 10.100.1.0/24", "range: 10.100.1.96/27"],
    ["firstControlPlaneAddress: 10.100.1.229", "firstControlPlaneAddress: 10.100.1.111"],
  ] as const;
}
