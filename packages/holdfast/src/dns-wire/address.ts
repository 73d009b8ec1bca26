import { assert } from "../base/index.ts";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

/** Four octets; the text was checked before. */
export function parseIpv4(text: string): Uint8Array {
  assert(isIpv4(text), `${text} is an IPv4 address`);
  return Uint8Array.from(text.split("."), Number);
}

/** Sixteen octets, or undefined where the text is no IPv6 address (RFC 4291 2.2). */
export function parseIpv6(text: string): Uint8Array | undefined {
  const dotted = /^(.*:)([\d.]+)$/.exec(text);
  if (dotted && text.includes(".")) {
    const [, head, tail] = dotted as unknown as [string, string, string];
    if (!isIpv4(tail)) return undefined;
    const [a, b, c, d] = parseIpv4(tail) as unknown as [number, number, number, number];
    return parseIpv6(`${head}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = groups.flat();
  if (given.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - given.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const filled = [...(groups[0] ?? []), ...Array<string>(missing).fill("0"), ...(groups[1] ?? [])];
  return Uint8Array.from(filled.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

/** The canonical text of RFC 5952: lower case, no leading zeros, the longest run of zero groups shortened. */
export function formatIpv6(octets: Uint8Array): string {
  assert(octets.length === 16, "an IPv6 address has sixteen octets");
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  let longest = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (groups[at + length] === "0") length++;
    if (length > longest.length) longest = { at, length };
  }
  if (longest.at < 0) return groups.join(":");
  return `${groups.slice(0, longest.at).join(":")}::${groups.slice(longest.at + longest.length).join(":")}`;
}
