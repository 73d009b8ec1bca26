import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestGapMs } from "./cron.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

describe("longestGapMs", () => {
  it.each([
    ["* * * * *", MINUTE],
    ["*/15 * * * *", 15 * MINUTE],
    ["7 * * * *", HOUR],
    ["0 2 * * *", DAY],
    ["0 0-22/2 * * *", 2 * HOUR],
    ["0 1,13 * * *", 12 * HOUR],
    ["30 6,7 * * *", 23 * HOUR],
    ["0 6 * * 0", 7 * DAY],
    ["0 6 * * 7", 7 * DAY],
    ["0 6 * * 1-5", 3 * DAY],
    ["0 6 1 * *", 31 * DAY],
    ["0 6 1 1,7 *", 184 * DAY],
    ["0 6 1 * 1", 7 * DAY],
    ["0 6 31 2 *", undefined],
    ["0 6 29 2 *", undefined],
    ["0 25 * * *", undefined],
  ])("%s leaves at most %s ms", (cron, gap) => {
    expect(longestGapMs(cron)).toBe(gap);
  });

  it("is what walking through every minute of two years gives", { timeout: 60_000 }, () => {
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min, max }).map(String),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)},${Math.max(a, b)}`),
        fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
      );
    fc.assert(
      fc.property(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6), (...fields) => {
        expect(longestGapMs(fields.join(" "))).toBe(slowly(fields));
      }),
      { numRuns: 5 },
    );
  });
});

function slowly(fields: readonly string[]): number | undefined {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields;
  const fits = (field: string, value: number, min: number) =>
    field.split(",").some((part) => {
      if (part === "*") return true;
      return part.startsWith("*/") ? (value - min) % Number(part.slice(2)) === 0 : Number(part) === value;
    });
  let [previous, longest] = [NaN, -1];
  for (let at = Date.UTC(2027, 0, 1); at < Date.UTC(2029, 0, 1); at += MINUTE) {
    const date = new Date(at);
    if (!fits(minute, date.getUTCMinutes(), 0) || !fits(hour, date.getUTCHours(), 0)) continue;
    if (!fits(month, date.getUTCMonth() + 1, 1)) continue;
    const days = [fits(dayOfMonth, date.getUTCDate(), 1), fits(dayOfWeek, date.getUTCDay(), 0)];
    const either = dayOfMonth !== "*" && dayOfWeek !== "*";
    if (either ? !days.includes(true) : days.includes(false)) continue;
    if (!Number.isNaN(previous)) longest = Math.max(longest, at - previous);
    previous = at;
  }
  return longest < 0 ? undefined : longest;
}
