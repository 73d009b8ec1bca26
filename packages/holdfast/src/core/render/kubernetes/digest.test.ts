import { expect, it } from "vitest";
import { digest } from "./digest.ts";

it("is FNV-1a with 64 bits (the vectors of the reference implementation)", () => {
  // http://www.isthe.com/chongo/src/fnv/test_fnv.c
  expect(digest("")).toBe("cbf29ce484222325");
  expect(digest("a")).toBe("af63dc4c8601ec8c");
  expect(digest("foobar")).toBe("85944171f73967e8");
});
