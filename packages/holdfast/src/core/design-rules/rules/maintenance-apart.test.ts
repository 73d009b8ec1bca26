import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { maintenanceApart } from "./maintenance-apart.ts";

const SEATTLE = 'site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles';
const ORLANDO = 'site: orlando, days: [th], start: "02:00", duration: 3h, timeZone: America/New_York';
const windows = (what: string, seattle: string, orlando: string, ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits: [
    [SEATTLE, `site: seattle, ${seattle}`],
    [ORLANDO, `site: orlando, ${orlando}`],
  ],
  findings,
});
const MEET = "warning maintenance.windows[1]";

describe("maintenance-apart (R128, R129)", () => {
  testRule(maintenanceApart, [
    windows(
      "lets one begin when the other ends, three hours to the east",
      'days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles',
      'days: [tu], start: "02:00", duration: 3h, timeZone: America/New_York',
    ),
    windows(
      "warns of one minute more",
      'days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles',
      'days: [tu], start: "02:01", duration: 3h, timeZone: America/New_York',
      MEET,
    ),
    windows(
      "lets a whole night lie between two of the same week",
      'days: [we], start: "02:00", duration: 3h, timeZone: America/Denver',
      'days: [tu, th], start: "02:00", duration: 3h, timeZone: America/Los_Angeles',
    ),
    windows(
      "warns across the end of the week",
      'days: [su], start: "23:00", duration: 3h',
      'days: [mo], start: "01:00", duration: 1h',
      MEET,
    ),
    windows(
      "warns of what meets in summer only, as one zone has none",
      'days: [tu], start: "09:00", duration: 1h, timeZone: UTC',
      'days: [tu], start: "11:00", duration: 1h, timeZone: Europe/Berlin',
      MEET,
    ),
    windows(
      "warns of what meets in winter only",
      'days: [tu], start: "10:00", duration: 1h, timeZone: UTC',
      'days: [tu], start: "11:00", duration: 1h, timeZone: Europe/Berlin',
      MEET,
    ),
    windows(
      "lets two in Europe shift together",
      'days: [tu], start: "10:00", duration: 1h, timeZone: Europe/Lisbon',
      'days: [tu], start: "12:00", duration: 1h, timeZone: Europe/Berlin',
    ),
    windows(
      "warns of what meets only in the weeks in which one has shifted its clocks and the other not yet",
      'days: [tu], start: "03:00", duration: 1h, timeZone: America/New_York',
      'days: [tu], start: "08:00", duration: 1h, timeZone: Europe/Berlin',
      MEET,
    ),
    windows(
      "knows zones of half hours",
      'days: [tu], start: "00:00", duration: 30m, timeZone: UTC',
      'days: [tu], start: "05:30", duration: 30m, timeZone: Asia/Kolkata',
      MEET,
    ),
    windows(
      "refuses a zone that is none",
      'days: [tu], start: "02:00", duration: 3h, timeZone: America/Seattle',
      'days: [tu], start: "02:00", duration: 3h, timeZone: UTC',
      "error maintenance.windows[0].timeZone",
    ),
    {
      what: "lets a site have two windows that meet",
      example: "ratings-azure-stack-hub",
      edits: [[ORLANDO, SEATTLE]],
      findings: [],
    },
  ]);
});
