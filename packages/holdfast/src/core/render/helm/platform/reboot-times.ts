import type { MaintenanceWindow, Weekday } from "../../../spec/index.ts";

/** When kured may begin a reboot: one span of the day on some days of the week, which is all that it knows. */
export interface RebootTimes {
  readonly days: readonly Weekday[];
  /** Minutes after midnight; with `endMinute` before it the span goes on after midnight. */
  readonly startMinute: number;
  /** The last minute in which one may begin. */
  readonly endMinute: number;
  readonly timeZone: string;
}

const WEEK: readonly Weekday[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const DAY = 24 * 60;
/** A drain and a reboot take a while: none begins so late that it outlasts the window. */
const LAST_START_MINUTES = 30;

/**
 * The largest span that lies in the windows of one site. kured asks whether today is one of its days and whether the clock is in
 * its span, each by itself: a span over midnight would be open on the wrong night, too, so it is cut at midnight and the longer
 * part is taken, unless it is for every night. Better too few reboots than one outside the window, at two sites at once.
 */
export function rebootTimes(windows: readonly MaintenanceWindow[]): RebootTimes | undefined {
  const spans = new Map<string, RebootTimes>();
  for (const span of windows.flatMap(spansOf)) {
    const { startMinute, endMinute, timeZone } = span;
    const id = `${startMinute} ${endMinute} ${timeZone}`;
    const days = new Set([...(spans.get(id)?.days ?? []), ...span.days]);
    spans.set(id, { ...span, days: WEEK.filter((day) => days.has(day)) });
  }
  return [...spans.values()].sort((a, b) => minutesAWeek(b) - minutesAWeek(a))[0];
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

function minutesAWeek({ days, startMinute, endMinute }: RebootTimes): number {
  const length = endMinute - startMinute + 1;
  return days.length * (length > 0 ? length : length + DAY);
}

/** As kured's flags want it. */
export function clockTime(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
