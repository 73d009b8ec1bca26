import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

const readAs = (version: "1.1" | "1.2", text: string): unknown => parse(text, { version, merge: false });

/** Text as it occurs: words, quantities, numbers in disguise, several lines, and anything at all. */
const text = fc.oneof(
  fc.constantFrom(
    "",
    "on",
    "No",
    "null",
    "~",
    "1e3",
    "0x1f",
    "1_000",
    "12:30",
    "2026-11-23",
    "250m",
    "64Mi",
    "10.20.0.12/32",
  ),
  fc.constantFrom(
    "a: b",
    "a #b",
    "- a",
    "key:",
    "a\nb",
    "a\nb\n",
    "a\n\n b\n",
    " a\nb",
    "a \nb",
    "\ta\nb",
    "a\n\n",
    "%x",
    "---",
    "x".repeat(300),
  ),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.array(fc.string()).map((lines) => lines.join("\n")),
);
// A key like `__proto__` is no field of any manifest.
const key = text.filter((name) => name !== "__proto__");
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe("toYaml", () => {
  it("writes what readers of YAML 1.2 and of 1.1 read as the same data", () => {
    fc.assert(
      fc.property(data, (value) => {
        const text = toYaml(value);
        expect(readAs("1.2", text)).toEqual(value);
        expect(readAs("1.1", text)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("is block style with the keys in the order given, and leaves absent members out", () => {
    const value = {
      kind: "Pod",
      spec: { args: ["--on", "true"], empty: {}, none: [], absent: undefined, list: [{ a: 1, b: [2] }] },
    };
    expect(toYaml(value)).toBe(
      [
        "kind: Pod",
        "spec:",
        "  args:",
        '    - "--on"',
        '    - "true"',
        "  empty: {}",
        "  none: []",
        "  list:",
        "    - a: 1",
        "      b:",
        "        - 2",
        "",
      ].join("\n"),
    );
  });

  it("shows several lines as a block", () => {
    expect(toYaml({ text: "one\n  two\n", end: true })).toBe("text: |\n  one\n    two\nend: true\n");
  });
});
