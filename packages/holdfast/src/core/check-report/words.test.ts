import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeCutSet, formatAvailability, formatPart, formatSpan, meetsAvailability } from "./index.ts";

describe("numbers in words", () => {
  it.each([
    [1, "100 %"],
    [0.5, "50 %"],
    [0.999, "99.9 %"],
    [0.99995, "99.995 %"],
    [0.9999123, "99.9912 %"],
    [0.99999999, "99.999999 %"],
    [1 - 1e-15, "> 99.999999 %"],
  ])("availability %d is %s", (availability, text) => {
    expect(formatAvailability(availability)).toBe(text);
  });

  it("never calls an availability full that is not", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (availability) => {
        if (availability < 1) expect(formatAvailability(availability)).not.toBe("100 %");
      }),
    );
  });

  it.each([
    [0, "0 s"],
    [0.2, "< 1 ms"],
    [250, "250 ms"],
    [1_250, "1.25 s"],
    [35_000, "35 s"],
    [59_990, "60 s"],
    [60_000, "1 min"],
    [90_000, "1 min 30 s"],
    [3_599_600, "1 h"],
    [6_360_000, "1 h 46 min"],
    [172_790_000, "2 d"],
    [31_536_000_000, "365 d"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });

  it("counts what stands twice in a set, and keeps an id without a label", () => {
    const labels = new Map([["worker/a", "a worker of a"]]);
    expect(describeCutSet(["worker/a", "worker/a", "link/a/b"], labels)).toBe("2 × a worker of a + link/a/b");
  });

  it("judges nothing where nothing is promised or known", () => {
    expect([
      meetsAvailability(0.999, 99.9),
      meetsAvailability(0.9989, 99.9),
      meetsAvailability(0.9, undefined),
      meetsAvailability(undefined, 99),
    ]).toEqual([true, false, undefined, undefined]);
    expect(formatPart(0.000456)).toBe("0.046 %");
  });
});
