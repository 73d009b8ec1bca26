import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";
import { freeRange } from "./free-range.ts";

const text = (first: number, prefix: number) =>
  `${[24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256).join(".")}/${prefix}`;
const space = { first: 10 * 2 ** 24, prefix: 24 };
/** Ranges inside and around 10.0.0.0/24. */
const range = fc.tuple(fc.integer({ min: 22, max: 32 }), fc.nat(1_000)).map(([prefix, offset]) => {
  const size = 2 ** (32 - prefix);
  return { first: space.first + Math.floor((offset % 512) / size) * size, prefix };
});

describe("freeRange", () => {
  it("finds the highest free range, as trying each from above does", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (taken) => {
        const slowly = Array.from({ length: 16 }, (_, index) => ({
          first: space.first + 16 * (15 - index),
          prefix: 28,
        })).find((candidate) => !taken.some((other) => rangesOverlap(candidate, other)));
        const expected = slowly && text(slowly.first, 28);
        expect(
          freeRange(
            [text(space.first, 24)],
            taken.map(({ first, prefix }) => text(first, prefix)),
            28,
          ),
        ).toBe(expected);
      }),
    );
  });

  it("goes on to the next space, and says when there is none", () => {
    expect(freeRange(["10.0.0.0/28", "10.1.0.0/24"], ["10.0.0.0/28"], 28)).toBe("10.1.0.240/28");
    expect(freeRange(["10.0.0.0/29"], [], 28)).toBeUndefined();
    expect(freeRange([], [], 28)).toBeUndefined();
    expect(parseIpv4Range(freeRange(["0.0.0.0/0"], [], 28)!)).toBeDefined();
  });
});
