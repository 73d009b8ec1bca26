import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { clusterNames } from "./cluster-names.ts";

const hub = "ratings-azure-stack-hub";
const portal = ["portal.orlando.azurestack.contoso.com", "portal.seattle.azurestack.contoso.com/"] as const;
const subscription = ["subscription: ratings-orlando", "subscription: ratings-seattle"] as const;
const group = ["resourceGroup: ratings-orlando-k8s\n", "resourceGroup: Ratings-Seattle-K8S\n"] as const;

describe("cluster-names (R20, R140)", () => {
  testRule(clusterNames, [
    {
      what: "refuses one DNS prefix twice on a Hub",
      example: hub,
      edits: [portal],
      findings: ["error sites[1].cluster.dnsPrefix"],
    },
    {
      what: "refuses one resource group for two clusters, in any letter case",
      example: hub,
      edits: [portal, subscription, group],
      findings: ["error sites[1].cluster.dnsPrefix", "error sites[1].platform.resourceGroup"],
    },
    {
      what: "lets a group's name be in two subscriptions",
      example: hub,
      edits: [portal, group],
      findings: ["error sites[1].cluster.dnsPrefix"],
    },
    { what: "lets both be on two Hubs", example: hub, edits: [subscription, group], findings: [] },
  ]);
});
