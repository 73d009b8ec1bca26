import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayBePublic, parseIpv4, parseIpv4Range, rangeContains, rangesOverlap } from "./addresses.ts";
import type { Ipv4Range } from "./addresses.ts";

/** Small ranges, so that an oracle can look at every address. */
const smallRange: fc.Arbitrary<Ipv4Range> = fc
  .tuple(fc.integer({ min: 26, max: 32 }), fc.nat(255))
  .map(([prefix, last]) => ({ first: last - (last % 2 ** (32 - prefix)), prefix }));

const addressesOf = ({ first, prefix }: Ipv4Range) =>
  Array.from({ length: 2 ** (32 - prefix) }, (_, index) => first + index);

describe("IPv4 ranges", () => {
  it("overlap and contain as their addresses do", () => {
    fc.assert(
      fc.property(smallRange, smallRange, (a, b) => {
        const [inA, inB] = [new Set(addressesOf(a)), addressesOf(b)];
        expect(rangesOverlap(a, b)).toBe(inB.some((address) => inA.has(address)));
        expect(rangeContains(a, b)).toBe(inB.every((address) => inA.has(address)));
      }),
    );
  });

  it.each([
    ["10.1.0.0/16", { first: 0x0a010000, prefix: 16 }],
    ["0.0.0.0/0", { first: 0, prefix: 0 }],
    ["10.1.0.1/16", undefined],
    ["10.1.0.0/33", undefined],
    ["10.1.0/16", undefined],
    ["256.0.0.0/8", undefined],
  ])("%s", (text, range) => {
    expect(parseIpv4Range(text)).toEqual(range);
  });

  it("knows addresses that no user on the Internet reaches (R59)", () => {
    expect(
      ["10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1"].map(mayBePublic),
    ).not.toContain(true);
    expect(["172.32.0.1", "198.51.100.7", "8.8.8.8", "hub.contoso.com"].map(mayBePublic)).not.toContain(false);
    expect(parseIpv4("1.2.3.256")).toBeUndefined();
  });
});
