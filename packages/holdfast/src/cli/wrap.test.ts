import fc from "fast-check";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { widthOf, wrapLine } from "./wrap.ts";

const colors = pc.createColors(true);

describe("wrapLine", () => {
  it("breaks between words, keeps the line's own indent, and indents what follows", () => {
    expect(wrapLine("  one two three four", 12, "    ")).toEqual(["  one two", "    three", "    four"]);
    expect(wrapLine("one two", 7, "  ")).toEqual(["one two"]);
    expect(wrapLine("a-word-that-is-too-long for it", 10, "  ")).toEqual(["a-word-that-is-too-long", "  for it"]);
  });

  it("does not count what colours a text", () => {
    const line = `${colors.red("red")} ${colors.bold("and bold")}`;
    expect(widthOf(line)).toBe(12);
    expect(wrapLine(line, 12, "")).toEqual([line]);
    expect(wrapLine(line, 11, "").map(widthOf)).toEqual([7, 4]);
  });

  it("loses no word, and is no wider than it has to be", () => {
    const words = fc.array(fc.stringMatching(/^[a-zé✓]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 10, max: 60 }), (list, columns) => {
        const lines = wrapLine(list.join(" "), columns, "  ");
        expect(lines.flatMap((line) => line.trim().split(" "))).toEqual(list);
        for (const line of lines) expect(line.trim().includes(" ") ? widthOf(line) : 0).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
