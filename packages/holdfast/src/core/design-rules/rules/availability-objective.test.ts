import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { availabilityObjective } from "./availability-objective.ts";

describe("availability-objective (R15, R103)", () => {
  testRule(availabilityObjective, [
    {
      what: "refuses a promise of six nines",
      example: "ratings",
      edits: [["availability: 99.95%", "availability: 99.9999%"]],
      findings: ["error objectives.availability"],
    },
    {
      what: "goes by the organisation's own figures",
      example: "ratings",
      edits: [
        ["availability: 99.95%", "availability: 99.9999%"],
        [
          "registry:",
          "assumptions:\n  figures:\n    vpn-gateway: { availability: 100% }\n    link: { availability: 100% }\n    witness: { availability: 100% }\n    site: { mtbf: 10000d, mttr: 1m }\n    data-centre: { availability: 100% }\n    control-plane: { availability: 100% }\n    workers: { availability: 100% }\nregistry:",
        ],
      ],
      findings: [],
    },
    {
      what: "finds that links which are cut every day are too bad for the promise",
      example: "ratings",
      edits: [["registry:", "assumptions: { figures: { link: { mtbf: 1d, mttr: 4h } } }\nregistry:"]],
      findings: ["error objectives.availability"],
    },
    {
      what: "says nothing where nothing is promised",
      example: "ratings",
      edits: [
        ["availability: 99.95%\n  ", ""],
        ["registry:", "assumptions: { figures: { link: { mtbf: 1d, mttr: 4h } } }\nregistry:"],
      ],
      findings: [],
    },
  ]);
});
