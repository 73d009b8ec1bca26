import type { MaintenanceWindow, Weekday } from "../spec/index.ts";

/** When kured may begin a reboot: one span of the day on some days of the week, which is all that its flags say. */
export interface RebootTimes {
  readonly days: readonly Weekday[];
  /** Minutes after midnight; with `endMinute` before it the span goes on after midnight. */
  readonly startMinute: number;
  /** The last minute in which one may begin. */
  readonly endMinute: number;
  readonly timeZone: string;
}

/** How much of a window kured uses, with the times that it gets. */
export type WindowUse = "all" | "part" | "none";

const WEEK: readonly Weekday[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const DAY = 24 * 60;
/** A drain and a reboot take a while: none begins so late that it outlasts the window. */
const LAST_START_MINUTES = 30;

/**
 * The times with the most minutes a week that lie in the windows of one site: hours that several windows share, on the days of all
 * of them. kured asks whether today is one of its days and whether the clock is in its span, each by itself: a span over midnight
 * would be open on the wrong night, too, so a window is cut at midnight, unless it is for every night. Better too few reboots than
 * one outside the window, at two sites at once.
 */
export function rebootTimes(windows: readonly MaintenanceWindow[]): RebootTimes | undefined {
  const spans = windows.flatMap(spansOf);
  const within = spans.filter(({ startMinute, endMinute }) => startMinute <= endMinute);
  const shared = within.flatMap(({ startMinute, timeZone }) =>
    within.flatMap(({ endMinute }): RebootTimes[] => {
      const around = within.filter(
        (each) => each.timeZone === timeZone && each.startMinute <= startMinute && each.endMinute >= endMinute,
      );
      const days = WEEK.filter((day) => around.some((each) => each.days.includes(day)));
      return startMinute > endMinute || days.length === 0 ? [] : [{ days, startMinute, endMinute, timeZone }];
    }),
  );
  const overMidnight = spans.filter(({ startMinute, endMinute }) => startMinute > endMinute);
  return [...shared, ...overMidnight].sort((a, b) => minutesAWeek(b) - minutesAWeek(a))[0];
}

/** What of a window is in these times, leaving aside the end of it, in which nobody would begin a reboot anyway. */
export function windowUse(times: RebootTimes, window: MaintenanceWindow): WindowUse {
  const pieces = spansOf(window);
  const whole = pieces.reduce((sum, piece) => sum + minutesAWeek(piece), 0);
  const used = pieces.reduce((sum, piece) => sum + sharedMinutes(times, piece), 0);
  return used === 0 ? "none" : used === whole ? "all" : "part";
}

function sharedMinutes(a: RebootTimes, b: RebootTimes): number {
  if (a.timeZone !== b.timeZone) return 0;
  const days = a.days.filter((day) => b.days.includes(day)).length;
  const shared = dayMinutes(a).flatMap((one) => dayMinutes(b).map((other) => overlap(one, other)));
  return days * shared.reduce((sum, minutes) => sum + minutes, 0);
}

/** The minutes of one day on which the times are open, both ends included. */
function dayMinutes({ startMinute, endMinute }: RebootTimes): readonly (readonly [number, number])[] {
  return startMinute <= endMinute
    ? [[startMinute, endMinute]]
    : [
        [0, endMinute],
        [startMinute, DAY - 1],
      ];
}

function overlap(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]) + 1);
}

function spansOf({ days, startMinute, durationMs, timeZone }: MaintenanceWindow): readonly RebootTimes[] {
  const duration = Math.min(Math.floor(durationMs / 60_000), DAY + LAST_START_MINUTES);
  const usable = duration - Math.min(LAST_START_MINUTES, Math.floor(duration / 2));
  const end = startMinute + usable;
  if (usable === 0) return [];
  if (end <= DAY) return [{ days, startMinute, endMinute: end - 1, timeZone }];
  const before = { days, startMinute, endMinute: DAY - 1, timeZone };
  const after = { days: days.map(dayAfter), startMinute: 0, endMinute: end - DAY - 1, timeZone };
  if (new Set(days).size === WEEK.length)
    return [end - DAY >= startMinute ? { ...before, startMinute: 0 } : { ...before, endMinute: after.endMinute }];
  return [before, after];
}

function dayAfter(day: Weekday): Weekday {
  return WEEK[(WEEK.indexOf(day) + 1) % WEEK.length] ?? day;
}

function minutesAWeek(times: RebootTimes): number {
  return times.days.length * dayMinutes(times).reduce((sum, [start, end]) => sum + end - start + 1, 0);
}

/** `125` -> `02:05`, as kured's flags want it. */
export function clockTime(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
