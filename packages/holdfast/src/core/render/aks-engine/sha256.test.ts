import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "./sha256.ts";

describe("sha256", () => {
  const oracle = (text: string) => createHash("sha256").update(text).digest("hex");

  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 5_000])("is what OpenSSL computes for %i bytes", (length) => {
    expect(sha256("a".repeat(length))).toBe(oracle("a".repeat(length)));
  });

  it("is that for any text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => sha256(text) === oracle(text)));
  });
});
