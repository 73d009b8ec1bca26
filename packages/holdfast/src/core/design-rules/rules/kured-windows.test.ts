import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { kuredWindows } from "./kured-windows.ts";

const seattle = '    - { site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles }\n';
const window = (rest: string): string => `    - { site: seattle, ${rest} }\n`;
const west = "timeZone: America/Los_Angeles";

const windows = (what: string, lines: string, ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits: [[seattle, lines]],
  findings,
});

describe("kured-windows (R128, R129)", () => {
  testRule(kuredWindows, [
    { what: "says nothing of one window a site", example: "ratings-azure-stack-hub", edits: [], findings: [] },
    windows(
      "takes the same hours on other days",
      seattle + window(`days: [sa, su], start: "02:00", duration: 3h, ${west}`),
    ),
    windows(
      "refuses other hours on another day, whichever comes first",
      window(`days: [sa], start: "08:00", duration: 8h, ${west}`) + seattle,
      "error maintenance.windows[1]",
    ),
    windows(
      "refuses a second span on the same day",
      seattle + window(`days: [tu], start: "14:00", duration: 1h, ${west}`),
      "error maintenance.windows[1]",
    ),
    windows(
      "refuses the same hours of another clock",
      seattle + window('days: [sa], start: "02:00", duration: 2h, timeZone: UTC'),
      "error maintenance.windows[1]",
    ),
    windows(
      "warns where only the hours in common are used",
      seattle + window(`days: [sa], start: "03:00", duration: 3h, ${west}`),
      "warning maintenance.windows[0]",
      "warning maintenance.windows[1]",
    ),
    windows(
      "warns of a window over midnight",
      window(`days: [tu], start: "22:00", duration: 6h, ${west}`),
      "warning maintenance.windows[0]",
    ),
    windows(
      "takes one over midnight on every night",
      window(`days: [mo, tu, we, th, fr, sa, su], start: "22:00", duration: 6h, ${west}`),
    ),
    {
      what: "leaves people who reboot by hand their windows",
      example: "ratings-azure-stack-hub",
      edits: [
        ["reboots: kured", "reboots: manual"],
        [seattle, seattle + window(`days: [sa], start: "08:00", duration: 8h, ${west}`)],
      ],
      findings: [],
    },
  ]);
});
