import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MaintenanceWindow, SiteName, Weekday } from "../spec/index.ts";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import { clockTime, rebootTimes, windowUse } from "./reboot-times.ts";
import type { RebootTimes } from "./reboot-times.ts";

const WEEK: readonly Weekday[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const DAY = 1440;
const MINUTES = Array.from({ length: 7 * DAY }, (_, minute) => minute);

/** As kured's own pkg/timewindow decides: the day by itself, the time by itself, wrapped where it ends before it starts. */
function kuredMay({ days, startMinute, endMinute }: RebootTimes, minute: number): boolean {
  if (!days.includes(WEEK[Math.floor(minute / DAY)]!)) return false;
  const time = minute % DAY;
  return startMinute <= endMinute ? time >= startMinute && time <= endMinute : time >= startMinute || time <= endMinute;
}

function inWindow({ days, startMinute, durationMs }: MaintenanceWindow, minute: number): boolean {
  return days.some((day) => {
    const start = WEEK.indexOf(day) * DAY + startMinute;
    return [minute, minute + 7 * DAY].some((each) => each >= start && each < start + durationMs / 60_000);
  });
}

const window = (days: Weekday[], startMinute: number, hours: number, timeZone = "UTC"): MaintenanceWindow => ({
  site: "seattle" as SiteName,
  days,
  startMinute,
  durationMs: hours * 3_600_000,
  timeZone,
});

describe("when kured may reboot", () => {
  it("is never outside the windows, whatever they are (R129)", () => {
    const windows = fc.array(
      fc.record({
        days: fc.uniqueArray(fc.constantFrom(...WEEK), { minLength: 1 }),
        startMinute: fc.integer({ min: 0, max: DAY - 1 }),
        minutes: fc.integer({ min: 1, max: 2 * DAY }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(windows, (drawn) => {
        const all = drawn.map(({ days, startMinute, minutes }) => window(days, startMinute, minutes / 60));
        const times = rebootTimes(all);
        if (times === undefined) return all.every(({ durationMs }) => durationMs < 2 * 60_000);
        const allowed = MINUTES.filter((minute) => kuredMay(times, minute));
        return allowed.length > 0 && allowed.every((minute) => all.some((each) => inWindow(each, minute)));
      }),
      { numRuns: 40 },
    );
  });

  it("ends half an hour before the window does, so that the last drain and reboot are in it", () => {
    expect(rebootTimes([window(["tu"], 120, 3)])).toEqual({
      days: ["tu"],
      startMinute: 120,
      endMinute: 269,
      timeZone: "UTC",
    });
  });

  it("takes the longer side of midnight, where both would be open on a wrong night, too", () => {
    expect(rebootTimes([window(["tu"], 22 * 60, 7)])).toEqual({
      days: ["we"],
      startMinute: 0,
      endMinute: 269,
      timeZone: "UTC",
    });
    expect(rebootTimes([window(["tu"], 20 * 60, 5)])).toEqual({
      days: ["tu"],
      startMinute: 1200,
      endMinute: 1439,
      timeZone: "UTC",
    });
  });

  it("goes over midnight where it is every night's", () => {
    expect(rebootTimes([window([...WEEK], 22 * 60, 5)])).toEqual({
      days: WEEK,
      startMinute: 1320,
      endMinute: 149,
      timeZone: "UTC",
    });
  });

  it("joins days that have the same hours, and is nothing without a window", () => {
    expect(rebootTimes([window(["tu"], 120, 3), window(["sa"], 120, 3)])?.days).toEqual(["tu", "sa"]);
    expect(rebootTimes([])).toBeUndefined();
    expect(clockTime(65)).toBe("01:05");
  });

  it("takes the hours that windows share, on the days of all, where that is more", () => {
    expect(rebootTimes([window(["tu"], 120, 3), window(["th"], 150, 4)])).toEqual({
      days: ["tu", "th"],
      startMinute: 150,
      endMinute: 269,
      timeZone: "UTC",
    });
    // Two hours on two days are less than ten on one.
    expect(rebootTimes([window(["tu"], 120, 3), window(["th"], 120, 11)])?.days).toEqual(["th"]);
    // Two clocks have no hours in common: their summers begin on other days.
    expect(rebootTimes([window(["tu"], 120, 3), window(["th"], 120, 3, "Europe/Berlin")])?.days).toEqual(["tu"]);
  });

  it("tells how much of each window it uses", () => {
    const uses = (...windows: MaintenanceWindow[]) => windows.map((each) => windowUse(rebootTimes(windows)!, each));
    expect(uses(window(["tu"], 120, 3))).toEqual(["all"]);
    expect(uses(window(["tu"], 120, 3), window(["sa"], 120, 3))).toEqual(["all", "all"]);
    expect(uses(window(["tu"], 120, 3), window(["th"], 150, 4))).toEqual(["part", "part"]);
    expect(uses(window(["tu"], 120, 3), window(["sa"], 600, 8))).toEqual(["none", "all"]);
    expect(uses(window(["tu"], 120, 3), window(["tu"], 120, 3, "Europe/Berlin"))).toEqual(["all", "none"]);
    // Over midnight: all of it every night, one side of it on some.
    expect(uses(window(["tu"], 22 * 60, 7))).toEqual(["part"]);
    expect(uses(window([...WEEK], 22 * 60, 7))).toEqual(["all"]);
    // A window's last half hour is nobody's: no reboot begins in it.
    expect(uses(window(["tu"], 22 * 60, 2.5))).toEqual(["all"]);
  });

  it.each(exampleNames)("is at no two sites of %s at once, in summer and in winter (R129)", (name) => {
    const { maintenance, sites } = unwrap(parseFleet(exampleText(name), "holdfast.yaml"));
    for (const monday of [Date.UTC(2026, 0, 5), Date.UTC(2026, 6, 6)]) {
      const open = new Map<number, string>();
      for (const site of sites) {
        const times = rebootTimes(maintenance.windows.filter((each) => each.site === site.name));
        if (times === undefined) continue;
        const local = new Intl.DateTimeFormat("en-GB", {
          timeZone: times.timeZone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
        });
        let minutes = 0;
        for (const minute of MINUTES.filter((each) => each % 5 === 0)) {
          const parts = Object.fromEntries(
            local.formatToParts(monday + minute * 60_000).map(({ type, value }) => [type, value]),
          );
          const day = WEEK.indexOf(parts["weekday"]!.slice(0, 2).toLowerCase() as Weekday);
          if (!kuredMay(times, day * DAY + Number(parts["hour"]) * 60 + Number(parts["minute"]))) continue;
          expect(open.get(minute), `${site.name} at minute ${minute}`).toBeUndefined();
          open.set(minute, site.name);
          minutes += 1;
        }
        expect(minutes).toBeGreaterThan(0);
      }
    }
  });
});
