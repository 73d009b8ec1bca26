import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { identityConnectivity } from "./identity-connectivity.ts";

describe("identity-connectivity (R111, R112)", () => {
  testRule(identityConnectivity, [
    {
      what: "refuses Azure AD on a disconnected Hub",
      example: "ratings-azure-stack-hub",
      edits: [["connectivity: connected", "connectivity: disconnected"]],
      findings: ["error sites[0].platform.identity"],
    },
    {
      what: "takes AD FS on a disconnected Hub",
      example: "ratings-azure-stack-hub",
      edits: [
        ["identity: azure-ad\n      connectivity: connected", "identity: adfs\n      connectivity: disconnected"],
      ],
      findings: [],
    },
    {
      what: "refuses Azure AD where nothing may leave",
      example: "ratings-azure-stack-hub",
      edits: [["allowed: listed", "allowed: none"]],
      findings: ["error sites[0].network.egress.allowed", "error sites[1].network.egress.allowed"],
    },
  ]);
});
