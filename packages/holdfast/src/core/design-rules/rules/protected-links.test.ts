import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { protectedLinks } from "./protected-links.ts";

describe("protected-links (R5, R64, R65)", () => {
  testRule(protectedLinks, [
    {
      what: "refuses PostgreSQL over the Internet, and private addresses there",
      example: "ratings",
      edits: [["[seattle, portland], kind: vpn", "[seattle, portland], kind: public"]],
      findings: [
        "error sites[0].addresses.peering.dataHost",
        "error sites[1].addresses.peering.dataHost",
        "error links[0].kind",
      ],
    },
    {
      what: "lets MongoDB, which speaks TLS, cross the Internet between public addresses",
      example: "ratings-azure-stack-hub",
      edits: [
        ["[seattle, orlando], kind: vpn", "[seattle, orlando], kind: public"],
        ["dataHost: 10.100.1.101", "dataHost: 198.51.100.101"],
        ["dataHost: 10.101.1.101", "dataHost: data.orlando.cloudapp.azurestack.contoso.com"],
      ],
      findings: [],
    },
    {
      what: "refuses a private address behind the Internet",
      example: "ratings-azure-stack-hub",
      edits: [
        ["[seattle, orlando], kind: vpn", "[seattle, orlando], kind: public"],
        ["dataHost: 10.100.1.101", "dataHost: 198.51.100.101"],
      ],
      findings: ["error sites[1].addresses.peering.dataHost"],
    },
    {
      what: "lets votes, which are HTTPS, cross the Internet",
      example: "ratings",
      edits: [["[seattle, boise], kind: vpn", "[seattle, boise], kind: public"]],
      findings: [],
    },
    {
      what: "takes a line of one's own",
      example: "ratings",
      edits: [["[seattle, portland], kind: vpn", "[seattle, portland], kind: direct"]],
      findings: [],
    },
  ]);
});
