import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { clusterRanges } from "./cluster-ranges.ts";

const pods = (range: string) => [["podRange: 10.110.0.0/16", `podRange: ${range}`]] as const;
const services = (range: string, dns: string) =>
  [
    [
      "serviceRange: 10.120.0.0/16\n      dnsServiceAddress: 10.120.0.10",
      `serviceRange: ${range}\n      dnsServiceAddress: ${dns}`,
    ],
  ] as const;
const at = (key: string) => [`error sites[0].network.${key}`];
const hub = "ratings-azure-stack-hub";

describe("cluster-ranges (R65, R71)", () => {
  testRule(clusterRanges, [
    {
      what: "refuses pods in the site's own network",
      example: hub,
      edits: pods("10.100.64.0/18"),
      findings: at("podRange"),
    },
    {
      what: "refuses pods in a linked site's network",
      example: hub,
      edits: pods("10.101.0.0/16"),
      findings: at("podRange"),
    },
    {
      what: "refuses pods in the witness's network",
      example: hub,
      edits: pods("10.102.0.0/17"),
      findings: at("podRange"),
    },
    { what: "lets them be in what no link leads to", example: hub, edits: pods("10.103.0.0/16"), findings: [] },
    { what: "lets pods of two sites have the same range", example: hub, edits: pods("10.111.0.0/16"), findings: [] },
    {
      what: "refuses services among the pods",
      example: hub,
      edits: services("10.110.128.0/20", "10.110.128.10"),
      findings: at("serviceRange"),
    },
    {
      what: "lets services stand beside them",
      example: hub,
      edits: services("10.111.0.0/20", "10.111.0.10"),
      findings: [],
    },
    {
      what: "refuses services in a linked site's network",
      example: hub,
      edits: services("10.101.16.0/20", "10.101.16.10"),
      findings: at("serviceRange"),
    },
    {
      what: "refuses the first service address for DNS",
      example: hub,
      edits: services("10.120.0.0/16", "10.120.0.1"),
      findings: at("dnsServiceAddress"),
    },
    {
      what: "refuses the last",
      example: hub,
      edits: services("10.120.0.0/16", "10.120.255.255"),
      findings: at("dnsServiceAddress"),
    },
    { what: "takes the second", example: hub, edits: services("10.120.0.0/16", "10.120.0.2"), findings: [] },
    {
      what: "refuses a pod range with fewer /24 than nodes",
      example: hub,
      edits: [...pods("10.110.0.0/21"), ["name: workers, count: 3", "name: workers, count: 5"]],
      findings: at("podRange"),
    },
    {
      what: "takes one with exactly as many: 3 + 4 + 1",
      example: hub,
      edits: [...pods("10.110.0.0/21"), ["name: workers, count: 3", "name: workers, count: 4"]],
      findings: [],
    },
    {
      what: "refuses fewer than nine host bits for the Azure plugin",
      example: hub,
      edits: [...pods("10.110.0.0/24"), ["networkPlugin: kubenet", "networkPlugin: azure"]],
      findings: at("podRange"),
    },
    {
      what: "takes nine, in the network's own range",
      example: hub,
      edits: [...pods("10.100.2.0/23"), ["networkPlugin: kubenet", "networkPlugin: azure"]],
      findings: [],
    },
  ]);
});
