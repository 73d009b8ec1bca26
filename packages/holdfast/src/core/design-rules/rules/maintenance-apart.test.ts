import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { maintenanceApart } from "./maintenance-apart.ts";

describe("maintenance-apart (R129)", () => {
  testRule(maintenanceApart, [
    {
      what: "warns of windows in one night",
      example: "ratings-azure-stack-hub",
      edits: [["site: orlando, days: [th]", "site: orlando, days: [tu]"]],
      findings: ["warning maintenance.windows[1]"],
    },
    {
      what: "warns across the end of the week",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          'site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles',
          'site: seattle, days: [su], start: "23:00", duration: 3h',
        ],
        [
          'site: orlando, days: [th], start: "02:00", duration: 3h, timeZone: America/New_York',
          'site: orlando, days: [mo], start: "01:00", duration: 1h',
        ],
      ],
      findings: ["warning maintenance.windows[1]"],
    },
  ]);
});
