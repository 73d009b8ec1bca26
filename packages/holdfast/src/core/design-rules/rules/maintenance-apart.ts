import type { MaintenanceWindow } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";
import { overlap, spansOf } from "../week-times.ts";

export const maintenanceApart: DesignRule = {
  id: "maintenance-apart",
  severity: "warning",
  requirements: ["R128", "R129"],
  asks: "Maintenance windows of two sites are never at the same time, in summer or in winter.",
  why: "A site in maintenance has less to give: when the other fails just then, the rest must carry all.",
  example: {
    broken: '- { site: orlando, days: [tu], start: "05:00", duration: 3h, timeZone: America/New_York }',
    fixed: '- { site: orlando, days: [th], start: "02:00", duration: 3h, timeZone: America/New_York }',
  },
  *check({ maintenance: { windows } }) {
    for (const [index, window] of windows.entries()) {
      if (spansOf(window) === undefined) {
        yield {
          path: ["maintenance", "windows", index, "timeZone"],
          severity: "error",
          message: `there is no time zone ${window.timeZone}`,
          hint: "Use a name such as America/New_York, Europe/Berlin or UTC.",
        };
      }
      const other = windows
        .slice(0, index)
        .findIndex((earlier) => earlier.site !== window.site && meet(earlier, window));
      if (other >= 0) {
        yield {
          path: ["maintenance", "windows", index],
          message: `the window of ${window.site} is open at the same time as that of ${String(windows[other]?.site)}, at least in some weeks of the year`,
          hint: "Take another day for one of them.",
          related: [{ path: ["maintenance", "windows", other], message: "this one" }],
        };
      }
    }
  },
};

/** Is there a week in which both are open at once? */
function meet(a: MaintenanceWindow, b: MaintenanceWindow): boolean {
  const [first, second] = [spansOf(a), spansOf(b)];
  if (first === undefined || second === undefined) return false;
  return first.some((spans, week) => spans.some((one) => second[week]?.some((other) => overlap(one, other)) ?? false));
}
