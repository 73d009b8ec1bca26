/** Text with a unit -> a plain number whose name says the unit. Undefined where the text is none. */

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export const DURATION = /^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h|d)){1,5}$/;

/** `250ms`, `1.5s`, `1h30m` -> milliseconds */
export function parseDurationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h|d)/g)) {
    ms += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return ms;
}

/** Milliseconds -> the shortest text that `parseDurationMs` reads as the same: `90000` -> `1m30s` */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  let rest = ms;
  let text = "";
  for (const [unit, unitMs] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
  ] as const) {
    if (rest >= unitMs) {
      text += `${Math.floor(rest / unitMs)}${unit}`;
      rest %= unitMs;
    }
  }
  if (rest === 0) return text;
  return text + (rest >= 1_000 ? `${Number((rest / 1_000).toFixed(3))}s` : `${rest}ms`);
}

const UNIT_MBPS = { kbps: 0.001, Mbps: 1, Gbps: 1_000 } as const;
export const BANDWIDTH = /^\d{1,9}(?:\.\d{1,3})?(?:kbps|Mbps|Gbps)$/;

/** `200Mbps` -> 200 */
export function parseBandwidthMbps(text: string): number | undefined {
  if (!BANDWIDTH.test(text)) return undefined;
  const unit = text.slice(-4) as keyof typeof UNIT_MBPS;
  return Number(text.slice(0, -4)) * UNIT_MBPS[unit];
}

export const CPU_QUANTITY = /^(?:\d{1,6}m|\d{1,4}(?:\.\d{1,3})?)$/;

/** A Kubernetes CPU quantity, `250m` or `1.5` -> thousandths of a core */
export function cpuMillicores(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Number(quantity) * 1_000;
}

const UNIT_BYTES = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
} as const;
export const BYTE_QUANTITY = /^\d{1,15}(?:\.\d{1,3})?(?:[kMGT]|[KMGT]i)?$/;

/** A Kubernetes memory or storage quantity, `64Mi` -> bytes */
export function quantityBytes(quantity: string): number {
  const unit = /[A-Za-z]*$/.exec(quantity)?.[0] ?? "";
  return Number(quantity.slice(0, quantity.length - unit.length)) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES];
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** `02:30` -> minutes after midnight */
export function parseClockMinute(text: string): number | undefined {
  const [, hours, minutes] = CLOCK.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
