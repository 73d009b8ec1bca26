/** Between two looks at the leaderboard while all is well. */
const intervalMs = 2000;
const firstRetryMs = 500;
const intervalMsMax = 8000;

/**
 * How long to wait before the next look, after `failures` in a row. Soon at first, since another site takes over within seconds, then
 * with longer pauses; spread by up to a fifth (`random` in [0, 1)), so that pages which lost the same site do not all return at one moment.
 */
export function nextLookMs(failures: number, random: number): number {
  const ms = failures === 0 ? intervalMs : Math.min(intervalMsMax, firstRetryMs * 2 ** Math.min(failures - 1, 10));
  return Math.round(ms * (0.9 + random * 0.2));
}
