import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { dnsRedundant } from "./dns-redundant.ts";

const SEATTLE: Edit = ["      dns: 192.0.2.10\n", ""];
const PORTLAND: Edit = ["      dns: 198.51.100.10\n", ""];
const BOISE: Edit = ["    dns: 203.0.113.10\n", ""];

describe("dns-redundant (R31, R33, R106)", () => {
  testRule(dnsRedundant, [
    {
      what: "refuses one place that answers",
      example: "ratings",
      edits: [PORTLAND, BOISE],
      findings: ["error traffic.zone"],
    },
    {
      what: "refuses none",
      example: "ratings",
      edits: [SEATTLE, PORTLAND, BOISE],
      findings: ["error traffic.zone"],
    },
    { what: "takes two, one of them the witness", example: "ratings", edits: [PORTLAND], findings: [] },
    {
      what: "refuses two places with one address",
      example: "ratings",
      edits: [["dns: 198.51.100.10", "dns: 192.0.2.10"]],
      findings: ["error sites[1].addresses.dns"],
    },
    {
      what: "warns of a port that resolvers do not ask",
      example: "ratings",
      edits: [["dns: 198.51.100.10", "dns: 198.51.100.10:5353"]],
      findings: ["warning sites[1].addresses.dns"],
    },
    {
      what: "refuses a name server that its own zone names",
      example: "ratings",
      edits: [["dns: 203.0.113.10", "dns: ns3.ratings.example"]],
      findings: ["error witness.addresses.dns"],
    },
    {
      what: "takes a name in another zone",
      example: "ratings",
      edits: [["dns: 203.0.113.10", "dns: ns3.isp.example"]],
      findings: [],
    },
    {
      what: "warns of a zone that nobody delegates",
      example: "ratings",
      edits: [
        ["zone: ratings.example", "zone: example"],
        ["hostmaster: dns@operations.example", "hostmaster: dns@contoso.com"],
      ],
      findings: ["warning traffic.zone"],
    },
    {
      what: "advises a mailbox that exists",
      example: "ratings-disconnected",
      edits: [["  hostmaster: hostmaster@enclave.example\n", ""]],
      findings: ["advice traffic.hostmaster"],
    },
    {
      what: "leaves zones that Traffic Manager answers alone",
      example: "ratings-azure-stack-hub",
      edits: [["  hostmaster: hostmaster@contoso.com\n", ""]],
      findings: [],
    },
  ]);
});
