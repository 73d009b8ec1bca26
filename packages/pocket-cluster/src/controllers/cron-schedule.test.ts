import { describe, expect, it } from "vitest";
import { parseCronSchedule } from "./cron-schedule.ts";

const at = (text: string): number => Date.parse(text);
const next = (schedule: string, after: string, zone?: string): string | undefined => {
  const found = parseCronSchedule(schedule, zone)?.next(at(after));
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 16);
};

describe("a cron schedule", () => {
  it.each([
    ["*/15 * * * *", "2026-11-23T10:07:30Z", "2026-11-23T10:15"],
    ["0 2 * * *", "2026-11-23T02:00:00Z", "2026-11-24T02:00"],
    ["@hourly", "2026-12-31T23:30:00Z", "2027-01-01T00:00"],
    ["30 4 1 jan *", "2026-11-23T00:00:00Z", "2027-01-01T04:30"],
    ["0 0 * * sun", "2026-11-23T00:00:00Z", "2026-11-29T00:00"],
    ["0 0 * * 7", "2026-11-23T00:00:00Z", "2026-11-29T00:00"],
    // Both days restricted: either is enough.
    ["0 0 13 * fri", "2026-11-23T00:00:00Z", "2026-11-27T00:00"],
    ["0 0 29 2 *", "2026-11-23T00:00:00Z", "2028-02-29T00:00"],
    ["0 0 30 2 *", "2026-11-23T00:00:00Z", undefined],
    ["5-10/5,50 8 * * 1-5", "2026-11-23T08:06:00Z", "2026-11-23T08:10"],
  ])("%s after %s is %s", (schedule, after, expected) => expect(next(schedule, after)).toBe(expected));

  it("follows a time zone over its change of clocks", () => {
    expect(next("0 9 * * *", "2026-10-31T12:00:00Z", "America/New_York")).toBe("2026-10-31T13:00");
    expect(next("0 9 * * *", "2026-10-31T14:00:00Z", "America/New_York")).toBe("2026-11-01T14:00");
  });

  it.each(["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])("refuses %j", (text) => {
    expect(parseCronSchedule(text)).toBeUndefined();
  });
  it("refuses a zone that does not exist", () => expect(parseCronSchedule("* * * * *", "Mars/Base")).toBeUndefined());
});
