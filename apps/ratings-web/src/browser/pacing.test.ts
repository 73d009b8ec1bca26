import fc from "fast-check";
import { expect, it } from "vitest";
import { nextLookMs } from "./pacing.ts";

it("looks every two seconds, sooner after the first failure, and never less often than each nine seconds", () => {
  expect(nextLookMs(0, 0.5)).toBe(2000);
  expect([1, 2, 3, 4, 5, 6].map((failures) => nextLookMs(failures, 0.5))).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
      expect(nextLookMs(failures, random)).toBeGreaterThanOrEqual(450);
      expect(nextLookMs(failures, random)).toBeLessThanOrEqual(8800);
    }),
  );
});
