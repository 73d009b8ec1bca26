import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { disjointAddresses } from "./disjoint-addresses.ts";

describe("disjoint-addresses (R65, R71)", () => {
  testRule(disjointAddresses, [
    {
      what: "refuses address spaces of linked sites that overlap",
      example: "ratings-azure-stack-hub",
      edits: [["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.100.128.0/17]"]],
      findings: ["error witness.network.addressSpaces[0]"],
    },
  ]);
});
