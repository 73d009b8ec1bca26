import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { maintenanceWindows } from "./maintenance-windows.ts";

const edited = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});
const duration = (text: string): readonly Edit[] => [
  ['days: [tu], start: "02:00", duration: 3h', `days: [tu], start: "02:00", duration: ${text}`],
];

describe("maintenance-windows (R128, R129)", () => {
  testRule(maintenanceWindows, [
    edited("asks for no window where people reboot", [
      ["reboots: kured", "reboots: manual"],
      ['days: [tu], start: "02:00", duration: 3h', 'days: [tu], start: "02:00", duration: 3m'],
    ]),
    edited(
      "warns of a site without a window",
      [['    - { site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles }\n', ""]],
      "warning maintenance.windows",
    ),
    // 3 control-plane nodes and 3 workers take 6 x 15 minutes.
    edited("warns of a window that is too short", duration("89m"), "warning maintenance.windows[0].duration"),
    edited("takes one that just fits", duration("90m")),
    edited("takes a whole day", duration("24h")),
    edited("advises less than more than a day", duration("24h1m"), "advice maintenance.windows[0].duration"),
    { what: "asks nothing of clusters that others run", example: "ratings", edits: [], findings: [] },
  ]);
});
