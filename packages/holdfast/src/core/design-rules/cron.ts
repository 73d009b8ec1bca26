const DAY_MINUTES = 24 * 60;
/** Two years, one of them with a 29th of February. */
const [FIRST_DAY, DAYS] = [Date.UTC(2027, 0, 1), 731];
const DAY_MS = DAY_MINUTES * 60_000;

/** The longest time between two runs of a cron schedule, in ms; undefined where it never runs twice in two years. */
export function longestGapMs(cron: string): number | undefined {
  const [minute = "*", hour = "*", dayOfMonth = "*", month = "*", dayOfWeek = "*"] = cron.split(" ");
  const times = values(hour, 0, 23).flatMap((h) => values(minute, 0, 59).map((m) => h * 60 + m));
  const [months, days] = [new Set(values(month, 1, 12)), new Set(values(dayOfMonth, 1, 31))];
  const weekdays = new Set(values(dayOfWeek, 0, 7).map((day) => day % 7));
  // POSIX: where both days are given, either one is enough.
  const either = dayOfMonth !== "*" && dayOfWeek !== "*";
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return undefined;

  let longest = Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
  let previousDay: number | undefined;
  let runs = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const date = new Date(FIRST_DAY + day * DAY_MS);
    const [byDate, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    if (!months.has(date.getUTCMonth() + 1) || !(either ? byDate || byWeekday : byDate && byWeekday)) continue;
    if (previousDay !== undefined) longest = Math.max(longest, (day - previousDay) * DAY_MINUTES + first - last);
    previousDay = day;
    runs += times.length;
  }
  return runs < 2 ? undefined : longest * 60_000;
}

/** `*`, `5`, `1-5`, any with `/step`, and lists of them -> the numbers, in order. */
function values(field: string, min: number, max: number): number[] {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "*", step] = part.split("/");
    const [from, to] = range === "*" ? [min, max] : range.split("-").map(Number);
    const end = to ?? (step === undefined ? from : max);
    for (let value = from ?? min; value <= Math.min(end ?? max, max); value += Math.max(1, Number(step ?? 1))) {
      if (value >= min) found.add(value);
    }
  }
  return [...found].toSorted((a, b) => a - b);
}
