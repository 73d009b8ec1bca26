import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { objectivesSet } from "./objectives-set.ts";

describe("objectives-set (R89)", () => {
  testRule(objectivesSet, [
    {
      what: "advises to say what was promised, once for all",
      example: "ratings",
      edits: [["objectives:\n  availability: 99.95%\n  rto: 5s\n  rpo: 0s\n", ""]],
      findings: ["advice objectives.availability"],
    },
    {
      what: "advises the one that is missing",
      example: "ratings",
      edits: [["  rpo: 0s\n", ""]],
      findings: ["advice objectives.rpo"],
    },
    {
      what: "warns of an RTO that one loss a year uses up",
      example: "ratings",
      // 99.99% leaves 3155.76 s a year.
      edits: [
        ["99.95%", "99.99%"],
        ["rto: 5s", "rto: 3156s"],
      ],
      findings: ["warning objectives.availability"],
    },
    {
      what: "takes one that just fits",
      example: "ratings",
      edits: [
        ["99.95%", "99.99%"],
        ["rto: 5s", "rto: 3155s"],
      ],
      findings: [],
    },
  ]);
});
