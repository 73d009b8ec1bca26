import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLsn, latest, parseLsn } from "./lsn.ts";

const lsn = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe("lsn", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(lsn, (position) => {
        expect(parseLsn(formatLsn(position))).toBe(position);
      }),
    );
  });

  it("orders by position where the text would not", () => {
    expect(parseLsn("9/0")).toBeLessThan(parseLsn("10/0")!);
    expect(parseLsn("0/FFFFFFFF")! + 1n).toBe(parseLsn("1/0"));
  });

  it("refuses what PostgreSQL would not write", () => {
    for (const text of ["", "0", "0/", "/0", "0/G", "0/123456789", "-1/0", "0/0 ", "0x1/0"]) {
      expect(parseLsn(text), text).toBeUndefined();
    }
  });

  it("takes the later of the known positions", () => {
    fc.assert(
      fc.property(fc.array(fc.option(lsn, { nil: undefined })), (positions) => {
        const known = positions.filter((each) => each !== undefined);
        const oracle = known.length === 0 ? undefined : known.sort((a, b) => (a < b ? -1 : 1)).at(-1);
        expect(latest(...positions)).toBe(oracle);
      }),
    );
  });
});
