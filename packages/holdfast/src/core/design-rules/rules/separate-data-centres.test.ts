import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { separateDataCentres } from "./separate-data-centres.ts";

describe("separate-data-centres (R16, R104)", () => {
  testRule(separateDataCentres, [
    {
      what: "warns of two sites in one building",
      example: "ratings",
      edits: [["dataCentre: portland-1", "dataCentre: seattle-1"]],
      findings: ["warning sites[1].location.dataCentre"],
    },
    {
      what: "warns of a witness beside a site",
      example: "ratings",
      edits: [["dataCentre: boise-1", "dataCentre: portland-1"]],
      findings: ["warning witness.location.dataCentre"],
    },
  ]);
});
