/** An IPv4 range: its first address as a number and the length of its prefix. */
export interface Ipv4Range {
  readonly first: number;
  readonly prefix: number;
}

export const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
export const CIDR = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|(?=\/))){4}\/(?:3[0-2]|[12]?\d)$/;

/** `10.0.0.1` -> 167772161; undefined where the text is no IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  if (!IPV4.test(text)) return undefined;
  return text.split(".").reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** `10.1.0.0/16`; undefined where the text is none, or where bits are set after the prefix. */
export function parseIpv4Range(text: string): Ipv4Range | undefined {
  if (!CIDR.test(text)) return undefined;
  const [address = "", length] = text.split("/");
  const first = parseIpv4(address);
  const prefix = Number(length);
  return first === undefined || first % rangeSize(prefix) !== 0 ? undefined : { first, prefix };
}

/** Number of addresses. */
function rangeSize(prefix: number): number {
  return 2 ** (32 - prefix);
}

export function rangesOverlap(a: Ipv4Range, b: Ipv4Range): boolean {
  return a.first < b.first + rangeSize(b.prefix) && b.first < a.first + rangeSize(a.prefix);
}

export function rangeContains(outer: Ipv4Range, inner: Ipv4Range): boolean {
  return outer.prefix <= inner.prefix && rangesOverlap(outer, inner);
}

/** RFC 6890: ranges that no user on the public Internet can reach; the documentation ranges of RFC 5737 count as public. */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
];

/** True also for names: only DNS knows where they lead. */
export function mayBePublic(host: string): boolean {
  const address = parseIpv4(host);
  if (address === undefined) return true;
  return !NOT_PUBLIC.some((text) => {
    const range = parseIpv4Range(text);
    return range !== undefined && rangeContains(range, { first: address, prefix: 32 });
  });
}
