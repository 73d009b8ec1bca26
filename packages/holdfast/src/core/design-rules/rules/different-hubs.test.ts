import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { differentHubs } from "./different-hubs.ts";

const hub = "ratings-azure-stack-hub";

describe("different-hubs (R15, R18, R75, R140)", () => {
  testRule(differentHubs, [
    {
      what: "refuses two sites on one Hub, however its portal is written",
      example: hub,
      edits: [["portal.orlando.azurestack.contoso.com", "portal.seattle.azurestack.contoso.com/"]],
      findings: ["error sites[1].platform.portalUrl"],
    },
    {
      what: "takes Hubs of one region's name in two organisations",
      example: hub,
      edits: [["portal.orlando.azurestack.contoso.com", "portal.seattle.azurestack.fabrikam.com"]],
      findings: [],
    },
    {
      what: "refuses the witness on the Hub of a site",
      example: hub,
      edits: [
        [
          "platform: { kind: kubernetes, distribution: AKS }",
          "platform: { kind: azure-stack-hub, portalUrl: https://portal.seattle.azurestack.contoso.com, identity: azure-ad, subscription: witness, resourceGroup: witness }",
        ],
      ],
      findings: ["error witness.platform.portalUrl"],
    },
    {
      what: "warns of a Hub without a cluster for AKS Engine",
      example: hub,
      edits: [["    cluster: *cluster\n", ""]],
      findings: ["warning sites[1]"],
    },
  ]);
});
