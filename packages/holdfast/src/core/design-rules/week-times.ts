import type { MaintenanceWindow, Weekday } from "../spec/index.ts";

const DAYS: readonly Weekday[] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** Every week of a year: so the weeks are among them in which only one of two zones has shifted its clocks. */
const MOMENTS = Array.from({ length: 53 }, (_, week) => Date.UTC(2027, 0, 1 + week * 7, 12));

export interface Span {
  /** Minutes after Monday 00:00 UTC, 0 to a week. */
  readonly start: number;
  readonly minutes: number;
}

/** A window's spans in UTC, week by week of a year; undefined where its time zone is none. */
export function spansOf(window: MaintenanceWindow): readonly (readonly Span[])[] | undefined {
  const offsets = offsetsOf(window.timeZone);
  return offsets?.map((offset) =>
    window.days.map((day) => ({
      start: modulo(DAYS.indexOf(day) * DAY_MINUTES + window.startMinute - offset, WEEK_MINUTES),
      minutes: window.durationMs / 60_000,
    })),
  );
}

/** On the circle of the week. */
export function overlap(a: Span, b: Span): boolean {
  return modulo(b.start - a.start, WEEK_MINUTES) < a.minutes || modulo(a.start - b.start, WEEK_MINUTES) < b.minutes;
}

const known = new Map<string, readonly number[] | undefined>();

/** Minutes that the zone's clocks are ahead of UTC's, week by week; undefined where there is no such zone. */
function offsetsOf(timeZone: string): readonly number[] | undefined {
  if (!known.has(timeZone)) known.set(timeZone, computeOffsets(timeZone));
  return known.get(timeZone);
}

function computeOffsets(timeZone: string): readonly number[] | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    return MOMENTS.map((moment) => {
      const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
      const there = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
      return (there - moment) / 60_000;
    });
  } catch {
    return undefined; // a RangeError: the zone is not one of IANA's
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
