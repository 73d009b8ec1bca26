import type { MaintenanceWindow, Weekday } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

const DAYS: readonly Weekday[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const WEEK_MINUTES = 7 * 24 * 60;
/** Time zones differ by up to 26 hours and shift with the seasons: windows in two zones must be that far apart. */
const ZONES_APART_MINUTES = 26 * 60;

export const maintenanceApart: DesignRule = {
  id: "maintenance-apart",
  severity: "warning",
  requirements: ["R128", "R129"],
  asks: "Maintenance windows of two sites are never at the same time.",
  why: "A site in maintenance has less to give: when the other fails just then, the rest must carry all.",
  *check({ maintenance: { windows } }) {
    for (const [index, window] of windows.entries()) {
      const other = windows
        .slice(0, index)
        .findIndex((earlier) => earlier.site !== window.site && meet(earlier, window));
      if (other >= 0) {
        yield {
          path: ["maintenance", "windows", index],
          message: `the window of ${window.site} can be open at the same time as that of ${String(windows[other]?.site)}`,
          hint: "Take another day for one of them.",
          related: [{ path: ["maintenance", "windows", other], message: "this one" }],
        };
      }
    }
  },
};

function meet(a: MaintenanceWindow, b: MaintenanceWindow): boolean {
  const slack = a.timeZone === b.timeZone ? 0 : ZONES_APART_MINUTES;
  return starts(a).some((startA) => starts(b).some((startB) => overlap(startA, length(a), startB, length(b), slack)));
}

/** Minutes from the start of the week. */
function starts(window: MaintenanceWindow): number[] {
  return window.days.map((day) => DAYS.indexOf(day) * 24 * 60 + window.startMinute);
}

function length(window: MaintenanceWindow): number {
  return window.durationMs / 60_000;
}

/** On the circle of the week, with `slack` minutes to spare on either side. */
function overlap(startA: number, lengthA: number, startB: number, lengthB: number, slack: number): boolean {
  const fromAToB = (((startB - startA) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
  return fromAToB < lengthA + slack || WEEK_MINUTES - fromAToB < lengthB + slack;
}
