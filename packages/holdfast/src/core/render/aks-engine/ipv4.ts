/** `10.0.0.1` -> 167772161; undefined where the text is no IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255))
    return undefined;
  return octets.reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** First and last address of `10.1.0.0/16`; bits after the prefix do not matter. */
export function parseIpv4Range(text: string): { readonly first: number; readonly last: number } | undefined {
  const [base = "", prefix = "", ...rest] = text.split("/");
  const address = parseIpv4(base);
  if (address === undefined || rest.length > 0 || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}
