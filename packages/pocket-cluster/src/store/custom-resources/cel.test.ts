import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { CelError, compileCel } from "./cel.ts";

const run = (source: string, self: Json = null) => compileCel(source)(new Map([["self", self]]));

describe("CEL", () => {
  it.each<[string, Json, Json]>([
    ["1 + 2 * 3 == 7", null, true],
    ["7 / 2", null, 3],
    ["-7 % 3", null, -1],
    ["'a' + \"b\"", null, "ab"],
    ["r'\\d+'", null, "\\d+"],
    ["1 < 2 ? 'yes' : 'no'", null, "yes"],
    ["self.a.b[1] == 2", { a: { b: [1, 2] } }, true],
    ["has(self.a) && has(self.a.b)", { a: {} }, false],
    ["!has(self.x) || self.x > 1", {}, true],
    ["self.items.all(i, i.size > 0)", { items: [{ size: 1 }, { size: 0 }] }, false],
    ["self.items.exists(i, i == 2)", { items: [1, 2] }, true],
    ["self.items.exists_one(i, i == 2)", { items: [2, 2] }, false],
    ["self.items.filter(i, i > 1).map(i, i * 2)", { items: [1, 2, 3] }, [4, 6]],
    ["self.m.all(k, k.startsWith('a'))", { m: { ab: 1, ac: 2 } }, true],
    ["'b' in ['a', 'b'] && 'k' in self", { k: 1 }, true],
    ["self.name.matches('^[a-z]+$')", { name: "abc" }, true],
    ["size(self.s) == self.s.size()", { s: "äb" }, true],
    ["self.?a.?b.orValue('none')", { a: {} }, "none"],
    ["self.?a.hasValue()", { a: 1 }, true],
    ["[1, 2] == [1, 2] && {'a': 1} == {'a': 1}", null, true],
    ["self.a.b > 1 || true", { a: {} }, true],
    ["false && self.missing", {}, false],
    ["self.x__dash__y", { "x-y": 1 }, 1],
  ])("%s of %j is %j", (source, self, expected) => {
    expect(run(source, self)).toEqual(expected);
  });
  it.each(["1 +", "self.", "foo(1)", "a b", "self.all(x)", "'open", "has(1)"])("does not compile %s", (source) => {
    expect(() => compileCel(source)).toThrow(CelError);
  });
  it.each(["self.missing", "1 / 0", "1 < 'a'", "!1", "self[3]"])("fails on %s", (source) => {
    expect(() => run(source, {})).toThrow(CelError);
  });
});
