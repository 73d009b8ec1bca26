import fc from "fast-check";
import { expect, it } from "vitest";
import { comparePositions } from "./position.ts";

const text = (position: bigint) =>
  `${(position >> 32n).toString(16).toUpperCase()}/${(position & 0xffff_ffffn).toString(16).toUpperCase()}`;

it("orders positions as the numbers they are, not as texts", () => {
  expect(comparePositions("0/9", "0/10")).toBe(-1);
  expect(comparePositions("A/0", "9/FFFFFFFF")).toBe(1);
  expect(comparePositions("0/16B3748", "0/16b3748")).toBe(0);
  const position = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(position, position, (a, b) => {
      expect(comparePositions(text(a), text(b))).toBe(a === b ? 0 : a < b ? -1 : 1);
    }),
  );
});

it.each(["", "0", "/", "0/", "0/G", "-1/0", "0/123456789", " 0/1", "0/1\n"])("refuses to order %j", (bad) => {
  expect(() => comparePositions(bad, "0/1")).toThrow("no position in a write-ahead log");
});
