const DAY_MINUTES = 24 * 60;
/** A leap year and three others, so that every date occurs. */
const DAYS = 4 * 365 + 1;
const FIRST_WEEKDAY = 6; // 1 January 2000 was a Saturday.
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The longest time between two runs of a cron schedule in UTC, five fields. Undefined: it never runs. */
export function longestGapMs(schedule: string): number | undefined {
  const [minutes = "", hours = "", days = "", months = "", weekdays = ""] = schedule.split(" ");
  const times = valuesOf(hours, 0, 23).flatMap((hour) => valuesOf(minutes, 0, 59).map((minute) => hour * 60 + minute));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [inMonth, inYear] = [new Set(valuesOf(days, 1, 31)), new Set(valuesOf(months, 1, 12))];
  const inWeek = new Set(valuesOf(weekdays, 0, 7).map((day) => day % 7));
  const restricted = days !== "*" && weekdays !== "*";
  const runs: number[] = [];
  for (const [index, { day, month }] of calendar().entries()) {
    const weekday = inWeek.has((FIRST_WEEKDAY + index) % 7);
    // Where both are given, cron takes a day that fits either.
    const fits = restricted ? inMonth.has(day) || weekday : inMonth.has(day) && weekday;
    if (fits && inYear.has(month)) runs.push(index);
  }
  if (runs.length === 0) return undefined;
  const within = times.reduce((longest, time, at) => Math.max(longest, time - (times[at - 1] ?? time)), 0);
  const between = runs.map((day, at) => {
    const next = runs[at + 1] ?? (runs[0] ?? 0) + DAYS;
    return (next - day) * DAY_MINUTES + first - last;
  });
  return Math.max(within, ...between) * 60_000;
}

function calendar(): readonly { readonly day: number; readonly month: number }[] {
  return [0, 1, 2, 3].flatMap((year) =>
    MONTH_DAYS.flatMap((length, index) =>
      Array.from({ length: year === 0 && index === 1 ? length + 1 : length }, (_, day) => ({
        day: day + 1,
        month: index + 1,
      })),
    ),
  );
}

/** `*`, `5`, `1-5`, any of them with `/2`, in a list; sorted. */
function valuesOf(field: string, min: number, max: number): number[] {
  const values = new Set<number>();
  for (const item of field.split(",")) {
    const [range = "", step = "1"] = item.split("/");
    const [from = "", to] = range.split("-");
    const start = from === "*" ? min : Number(from);
    const end = from === "*" || (to === undefined && item.includes("/")) ? max : Number(to ?? from);
    for (let value = start; value <= Math.min(end, max); value += Math.max(1, Number(step))) values.add(value);
  }
  return [...values].filter((value) => value >= min).toSorted((a, b) => a - b);
}
