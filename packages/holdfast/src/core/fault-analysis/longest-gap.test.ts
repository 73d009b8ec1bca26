import { describe, expect, it } from "vitest";
import { longestGapMs } from "./longest-gap.ts";

const HOUR = 3_600_000;

describe("the longest time between two runs of a schedule (R83)", () => {
  it.each([
    ["0 2 * * *", 24 * HOUR],
    ["*/15 * * * *", HOUR / 4],
    ["0 */6 * * *", 6 * HOUR],
    ["0 8-18/2 * * *", 14 * HOUR],
    ["30 1,13 * * *", 12 * HOUR],
    ["0 2 * * 1-5", 72 * HOUR],
    ["0 6 * * 0", 7 * 24 * HOUR],
    ["0 6 * * 7", 7 * 24 * HOUR],
    ["0 0 1 * *", 31 * 24 * HOUR],
    // Either the first of a month or a Sunday, as cron has it.
    ["0 0 1 * 0", 7 * 24 * HOUR],
    ["0 0 1 1 *", 366 * 24 * HOUR],
    ["0 0 29 2 *", (4 * 365 + 1) * 24 * HOUR],
  ])("%s: %d ms", (schedule, gap) => {
    expect(longestGapMs(schedule)).toBe(gap);
  });

  it("is none for a day that no year has", () => {
    expect(longestGapMs("0 0 31 2 *")).toBeUndefined();
  });
});
