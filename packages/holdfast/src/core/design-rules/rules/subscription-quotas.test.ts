import { expect, describe, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import { analyzeDesign } from "../analyze-design.ts";
import { testRule } from "../testing/test-rule.ts";
import { subscriptionQuotas } from "./subscription-quotas.ts";

const both = (quota: string) => [0, 1].map((site) => `error sites[${site}].quotas.${quota}`);
const oneSubscription = [
  "portal.orlando.azurestack.contoso.com\n      identity: azure-ad\n      connectivity: connected\n      subscription: ratings-orlando",
  "portal.seattle.azurestack.contoso.com\n      identity: azure-ad\n      connectivity: connected\n      subscription: ratings-seattle",
] as const;
const noQuotas = [
  "    quotas: &quotas\n      virtualMachines: 50\n      cores: 100\n      availabilitySets: 10\n      networkInterfaces: 100\n      publicAddresses: 50\n      loadBalancers: 50\n      vpnGateways: 1\n      vpnConnections: 2\n      managedDiskGiB: 2048\n",
  "    quotas: &quotas {}\n",
] as const;

describe("subscription-quotas (R42, R49, R56, R91)", () => {
  testRule(subscriptionQuotas, [
    {
      what: "refuses a GiB less than disks, etcd's, volumes and an upgrade need",
      example: "ratings-azure-stack-hub",
      edits: [["managedDiskGiB: 2048", "managedDiskGiB: 1565"]],
      findings: both("managedDiskGiB"),
    },
    {
      what: "lets exactly as much be",
      example: "ratings-azure-stack-hub",
      edits: [["managedDiskGiB: 2048", "managedDiskGiB: 1566"]],
      findings: [],
    },
    {
      what: "counts the worker that an upgrade adds",
      example: "ratings-azure-stack-hub",
      edits: [
        ["virtualMachines: 50", "virtualMachines: 7"],
        ["cores: 100", "cores: 39"],
        ["networkInterfaces: 100", "networkInterfaces: 8"],
      ],
      findings: [...both("virtualMachines"), ...both("cores")],
    },
    {
      what: "counts public addresses, load balancers and gateways",
      example: "ratings-azure-stack-hub",
      edits: [
        ["publicAddresses: 50", "publicAddresses: 1"],
        ["loadBalancers: 50", "loadBalancers: 2"],
        ["vpnConnections: 2", "vpnConnections: 1"],
        ["availabilitySets: 10", "availabilitySets: 1"],
      ],
      findings: ["availabilitySets", "publicAddresses", "loadBalancers", "vpnConnections"].flatMap(both),
    },
    {
      what: "adds up the clusters of one subscription: two do not fit the default quotas",
      example: "ratings-azure-stack-hub",
      edits: [oneSubscription],
      findings: ["vpnGateways", "vpnConnections", "managedDiskGiB"].map((quota) => `error sites[0].quotas.${quota}`),
    },
    {
      what: "says nothing of quotas that are left out while the Hub's defaults suffice",
      example: "ratings-azure-stack-hub",
      edits: [noQuotas],
      findings: [],
    },
    {
      what: "warns where they do not",
      example: "ratings-azure-stack-hub",
      edits: [noQuotas, ["etcdDiskGiB: 128", "etcdDiskGiB: 512"]],
      findings: ["warning sites[0].quotas", "warning sites[1].quotas"],
    },
  ]);

  it("prints what adds up to the need", () => {
    const text = exampleText("ratings-azure-stack-hub", [["cores: 100", "cores: 30"]]);
    const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
    const [finding] = analyzeDesign(parsed, { today: "2027-01-01", rules: [subscriptionQuotas] });
    expect(finding?.message).toBe(
      "subscription ratings-seattle on seattle.azurestack.contoso.com needs 40 cores: 6 for 3 control-plane nodes of Standard_DS2_v2, 24 for 3 workers of Standard_D4_v2, 2 for 1 helper machine of Standard_F2, 8 for 1 worker more during an upgrade. Its quota is 30",
    );
  });
});
