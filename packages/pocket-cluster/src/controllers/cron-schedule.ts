/** When a CronJob's schedule comes next: five fields or a name (crontab(5), as robfig/cron reads them), in a time zone. */
export interface CronSchedule {
  /** ms since the epoch of the first match after `after`; `undefined` when there is none in the next five years (30 February). */
  next(after: number): number | undefined;
}

const NAMED: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `undefined` when the text is no schedule. */
export function parseCronSchedule(text: string, timeZone = "UTC"): CronSchedule | undefined {
  const fields = (NAMED[text.trim()] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minutes, hours, days, months, weekdays] = [
    parseField(fields[0], 0, 59),
    parseField(fields[1], 0, 23),
    parseField(fields[2], 1, 31),
    parseField(fields[3], 1, 12, MONTHS),
    parseField(fields[4], 0, 7, DAYS),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const offset = zoneOffset(timeZone);
  if (offset === undefined) return undefined;
  // When both days are restricted either one is enough; `*` restricts nothing.
  const isAny = (field: string | undefined): boolean => field === undefined || /^[*?]/.test(field);
  const dayMatches = (local: Date): boolean => {
    const inMonth = days.has(local.getUTCDate());
    const inWeek = weekdays.has(local.getUTCDay());
    return isAny(fields[2]) || isAny(fields[4]) ? inMonth && inWeek : inMonth || inWeek;
  };

  return {
    next: (after) => {
      let at = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      const end = after + 5 * 366 * DAY_MS;
      while (at <= end) {
        // The wall clock's reading as if it were UTC, so that its fields can be read and rounded.
        const wall = at + offset(at);
        const local = new Date(wall);
        if (!months.has(local.getUTCMonth() + 1) || !dayMatches(local)) at += DAY_MS - (wall % DAY_MS);
        else if (!hours.has(local.getUTCHours())) at += HOUR_MS - (wall % HOUR_MS);
        else if (!minutes.has(local.getUTCMinutes())) at += MINUTE_MS;
        else return at;
      }
      return undefined;
    },
  };
}

function parseField(
  text: string | undefined,
  low: number,
  high: number,
  names: readonly string[] = [],
): Set<number> | undefined {
  const result = new Set<number>();
  for (const part of (text ?? "").toLowerCase().split(",")) {
    const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const [, first = "", second, every] = match;
    const any = first === "*" || first === "?";
    const number = (word: string): number =>
      /^\d+$/.test(word) ? Number(word) : names.includes(word) ? names.indexOf(word) + (names === MONTHS ? 1 : 0) : NaN;
    const from = any ? low : number(first);
    const to = any ? high : second !== undefined ? number(second) : every !== undefined ? high : from;
    const step = every === undefined ? 1 : Number(every);
    if (!(from >= low && to <= high && from <= to && step > 0)) return undefined;
    for (let value = from; value <= to; value += step) result.add(value);
  }
  return result;
}

/** How far a zone's wall clock is ahead of UTC at a moment, in ms. */
function zoneOffset(timeZone: string): ((at: number) => number) | undefined {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return () => 0;
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
    return (at) => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
      const wall = Date.UTC(
        part["year"] ?? 0,
        (part["month"] ?? 1) - 1,
        part["day"] ?? 1,
        part["hour"] ?? 0,
        part["minute"] ?? 0,
      );
      return wall - Math.floor(at / MINUTE_MS) * MINUTE_MS;
    };
  } catch {
    return undefined;
  }
}
