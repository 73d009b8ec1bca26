import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { driversRecorded } from "./drivers-recorded.ts";

describe("drivers-recorded (R3)", () => {
  testRule(driversRecorded, [
    {
      what: "advises to record the drivers",
      example: "ratings-azure-stack-hub",
      edits: [["  drivers: [regulation, location]\n", ""]],
      findings: ["advice metadata.drivers"],
    },
    {
      what: "does not take an empty list for a record",
      example: "ratings-three-sites",
      edits: [["drivers: [regulation, latency]", "drivers: []"]],
      findings: ["advice metadata.drivers"],
    },
    {
      what: "is content with one",
      example: "ratings-three-sites",
      edits: [["drivers: [regulation, latency]", "drivers: [bandwidth]"]],
      findings: [],
    },
  ]);
});
