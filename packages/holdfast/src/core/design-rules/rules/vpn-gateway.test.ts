import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { vpnGateway } from "./vpn-gateway.ts";

const subnet = (range: string) => [["gatewaySubnet: 10.100.255.224/27", `gatewaySubnet: ${range}`]] as const;
const sku = (name: string) => [["vpnGateway: { sku: HighPerformance }", `vpnGateway: { sku: ${name} }`]] as const;
const noGateway = ["      vpnGateway: { sku: HighPerformance }\n", ""] as const;
const notExisting = [
  "      existing: { resourceGroup: ratings-seattle-k8s, virtualNetwork: ratings-seattle }\n",
  "",
] as const;
const at = (severity: string, path: string) => [`${severity} sites[0].network.${path}`];
const hub = "ratings-azure-stack-hub";

describe("vpn-gateway (R64, R65, R72)", () => {
  testRule(vpnGateway, [
    {
      what: "refuses a VPN link without a gateway",
      example: hub,
      edits: [noGateway, notExisting],
      findings: at("error", "vpnGateway"),
    },
    {
      what: "warns where the existing network may have one",
      example: hub,
      edits: [noGateway],
      findings: at("warning", "vpnGateway"),
    },
    {
      what: "lets a site without VPN links have none",
      example: hub,
      edits: [
        noGateway,
        ["between: [seattle, orlando], kind: vpn", "between: [seattle, orlando], kind: direct"],
        ["between: [seattle, azure-central], kind: vpn", "between: [seattle, azure-central], kind: public"],
      ],
      findings: [],
    },
    {
      what: "advises against one that no link uses",
      example: hub,
      edits: [
        ["between: [seattle, orlando], kind: vpn", "between: [seattle, orlando], kind: direct"],
        ["between: [seattle, azure-central], kind: vpn", "between: [seattle, azure-central], kind: public"],
      ],
      findings: at("advice", "vpnGateway"),
    },
    { what: "refuses a /30", example: hub, edits: subnet("10.100.255.248/30"), findings: at("error", "gatewaySubnet") },
    {
      what: "warns of a /29",
      example: hub,
      edits: subnet("10.100.255.248/29"),
      findings: at("warning", "gatewaySubnet"),
    },
    { what: "takes a /28", example: hub, edits: subnet("10.100.255.240/28"), findings: [] },
    {
      what: "refuses one among the nodes",
      example: hub,
      edits: subnet("10.100.1.32/27"),
      findings: at("error", "gatewaySubnet"),
    },
    {
      what: "advises to ask for Fast Path",
      example: hub,
      edits: sku("VpnGw1"),
      findings: at("advice", "vpnGateway.sku"),
    },
    { what: "takes the sizes that every Hub has", example: hub, edits: sku("Basic"), findings: [] },
  ]);
});
