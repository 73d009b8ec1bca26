import { clockTime, rebootTimes, windowUse } from "../../azure-stack-hub/index.ts";
import type { MaintenanceWindow } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

export const kuredWindows: DesignRule = {
  id: "kured-windows",
  severity: "error",
  requirements: ["R128", "R129"],
  asks: "Where kured reboots the nodes, it can keep to all windows of a site: the same hours, in one time zone, on any days.",
  why: "Its flags are a list of days, one span of hours and one time zone. What does not fit is not used, and nodes wait longer than the file says.",
  example: {
    broken:
      '- { site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles }\n- { site: seattle, days: [sa], start: "08:00", duration: 8h, timeZone: America/Los_Angeles }',
    fixed: '- { site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles }',
  },
  *check({ maintenance }) {
    if (maintenance.reboots !== "kured") return;
    for (const site of new Set(maintenance.windows.map((window) => window.site)))
      yield* unusedWindows(maintenance.windows, site);
  },
};

/** Windows that are too short for any reboot are another rule's. */
function* unusedWindows(windows: readonly MaintenanceWindow[], site: string): Iterable<Violation> {
  const own = windows.filter((window) => window.site === site);
  const times = rebootTimes(own);
  if (times === undefined) return;
  const used = `from ${clockTime(times.startMinute)} to ${clockTime(times.endMinute)} (${times.timeZone}) on ${times.days.join(", ")}`;
  for (const window of own) {
    const use = windowUse(times, window);
    if (use === "all") continue;
    const path = ["maintenance", "windows", windows.indexOf(window)];
    if (use === "none") {
      yield {
        path,
        message: `kured keeps to one span of hours a site: it reboots nodes of ${site} ${used}, and never in this window`,
        hint: "Give all windows of the site the same start, duration and timeZone, with the days of all; or say reboots: manual.",
      };
    } else {
      yield {
        path,
        severity: "warning",
        message: `kured takes days and hours each by themselves, so it uses a part of this window of ${site}: it reboots nodes ${used}`,
        hint: "Let the window begin and end on the same day, with the same hours as the site's others; or say reboots: manual.",
      };
    }
  }
}
