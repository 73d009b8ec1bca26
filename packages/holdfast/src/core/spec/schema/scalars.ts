import * as z from "zod";
import { CIDR, IPV4, parseIpv4Range } from "../addresses.ts";
import type { SiteName } from "../fleet.ts";
import * as units from "../units.ts";

// The checker that zod would compile of every map costs a small file more than it saves. This is set before the first map is built.
z.config({ jitless: true });

/**
 * The scalars of the file. Each says in its error what it expected, "expected ..."; what was found is added by
 * `problemsOfIssues`. A pattern stands in the JSON Schema, so editors refuse what we refuse.
 */
function text(expected: string, pattern: RegExp, maxLength: number) {
  const error = `expected ${expected}`;
  return z.string({ error }).max(maxLength, { error }).regex(pattern, { error });
}

const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const DNS_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** Schemas never change, and building them is a good part of the program's start: keys that mean the same share one. */
function shared<Schema>(build: () => Schema): () => Schema {
  let built: Schema | undefined;
  return () => (built ??= build());
}

/** RFC 1123: it becomes a DNS label or the name of a Kubernetes object. */
export const label = shared(() => text("a name of small letters, digits and hyphens, at most 63 long", DNS_LABEL, 63));

export const siteName = shared(() => label().transform((name) => name as SiteName));

export const dnsName = shared(() =>
  text("a DNS name such as ratings.example", DNS_NAME, 253).transform((name) => name.toLowerCase()),
);

export const line = (expected = "text on one line") => text(expected, /^[^\r\n]*\S[^\r\n]*$/, 1_000);

/** A Kubernetes name that may have dots (RFC 1123 subdomain), as of a Secret. */
export const objectName = shared(() =>
  text("the name of a Kubernetes object", /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 253),
);

export const duration = shared(() =>
  text("a duration such as 250ms, 2s, 5m or 1h30m", units.DURATION, 40).transform(
    (value) => units.parseDurationMs(value) ?? 0,
  ),
);

/** DNS and Kubernetes count whole seconds. */
export const wholeSeconds = (min: number, max: number) => {
  const error = `expected whole seconds between ${min}s and ${max}s`;
  return duration()
    .refine((ms) => ms % 1_000 === 0 && ms >= min * 1_000 && ms <= max * 1_000, { error })
    .transform((ms) => ms / 1_000);
};

export const bandwidth = shared(() =>
  text("a bandwidth such as 200Mbps or 1Gbps", units.BANDWIDTH, 20).transform(
    (value) => units.parseBandwidthMbps(value) ?? 0,
  ),
);

export const integer = (min: number, max: number, expected = `a whole number between ${min} and ${max}`) => {
  const error = `expected ${expected}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const tcpPort = shared(() => integer(1, 65_535));

export const percent = shared(() => {
  const error = "expected a percentage such as 99.95%";
  return z
    .union([z.number().min(0).max(100), z.string().regex(/^\d{1,3}(?:\.\d{1,9})?%$/)], { error })
    .transform((value) => (typeof value === "number" ? value : Number(value.slice(0, -1))))
    .refine((value) => value <= 100, { error });
});

export const cpu = shared(() => {
  const error = "expected an amount of CPU such as 250m or 1.5";
  return z.union([z.number().min(0).max(1_000), z.string().regex(units.CPU_QUANTITY)], { error }).transform(String);
});

export const bytes = shared(() => text("an amount of memory or disk such as 64Mi or 10Gi", units.BYTE_QUANTITY, 24));

export const ipv4 = shared(() => text("an IPv4 address", IPV4, 15));

export const ipv4Range = shared(() =>
  text("an IPv4 range such as 10.1.0.0/16", CIDR, 18).refine(
    (value) => !CIDR.test(value) || parseIpv4Range(value) !== undefined,
    {
      error: "expected an IPv4 range whose address has no bits set after the prefix, such as 10.1.0.0/16",
    },
  ),
);

const HOST_PORT = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

/** `host` or `host:port`; the default port depends on what listens there. */
export const hostPort = shared(() =>
  text("an address such as 192.0.2.10, 192.0.2.10:8080 or api.example:6443", HOST_PORT, 260)
    .refine((value) => !/^[\d.]+(?::|$)/.test(value) || IPV4.test(value.split(":")[0] ?? ""), {
      error: "expected an IPv4 address with four numbers up to 255",
    })
    .refine((value) => Number(value.split(":")[1] ?? 1) >= 1 && Number(value.split(":")[1] ?? 1) <= 65_535, {
      error: "expected a port between 1 and 65535",
    })
    .transform((value) => {
      const [host = "", port] = value.split(":");
      return { host: host.toLowerCase(), ...(port === undefined ? {} : { port: Number(port) }) };
    }),
);

export const host = shared(() => text("an IPv4 address or a DNS name", DNS_NAME, 253));

export const url = (schemes: string) =>
  text(
    `a URL that begins with ${schemes.split("|").join(":// or ")}://`,
    new RegExp(`^(?:${schemes})://[^\\s]+$`),
    2_000,
  );

export const httpPath = shared(() => text("a path that begins with /", /^\/[^\s?#]*$/, 1_000));

/** As in a request line: it may have a query. */
export const requestPath = shared(() => text("a path that begins with /", /^\/[^\s#]*$/, 2_000));

/** Five fields; names of months and days are left out, as some cron daemons do not know them. */
const CRON_FIELD = String.raw`(?:\*|\d{1,2}(?:-\d{1,2})?)(?:\/\d{1,2})?(?:,(?:\*|\d{1,2}(?:-\d{1,2})?)(?:\/\d{1,2})?){0,30}`;
export const cron = shared(() =>
  text('a cron schedule of five fields, such as "0 2 * * *"', new RegExp(`^${CRON_FIELD}(?: ${CRON_FIELD}){4}$`), 200),
);

/** A day of the calendar; YAML reads it as text. */
export const isoDate = shared(() =>
  text("a date such as 2027-03-31", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 10).refine(isCalendarDay, {
    error: "expected a date that the calendar has",
  }),
);

export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `expected ${list(values)}` });

export const flag = shared(() => z.boolean({ error: "expected true or false" }));

function isCalendarDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 31);
}

function list(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `${values.slice(0, -1).join(", ")} or ${String(values.at(-1))}`;
}
