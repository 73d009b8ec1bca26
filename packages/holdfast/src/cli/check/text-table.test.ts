import { describe, expect, it } from "vitest";
import { widthOf } from "../wrap.ts";
import { cell, textTable, unbroken } from "./text-table.ts";

const rows = [
  [cell("to"), cell("ended by one loss of"), cell("availability", undefined, "right"), cell("")],
  [
    cell("read"),
    { lines: ["the control plane of seattle", "  and what stands on it"] },
    cell(unbroken("99.99 %"), undefined, "right"),
    cell(unbroken("✓ 99.95 %")),
  ],
  [cell("write"), cell("nothing"), cell(unbroken("99.9 %"), undefined, "right"), cell("")],
];

describe("a table", () => {
  it("stands as it is where there is room", () => {
    expect(textTable(rows, Infinity)).toBe(
      [
        "  to      ended by one loss of           availability",
        "  read    the control plane of seattle        99.99 %   ✓ 99.95 %",
        "            and what stands on it",
        "  write   nothing                              99.9 %",
        "",
      ].join("\n"),
    );
  });

  it("breaks the widest cells where there is less", () => {
    const text = textTable(rows, 54);
    expect(text).toBe(
      [
        "  to      ended by one loss   availability",
        "          of",
        "  read    the control plane        99.99 %   ✓ 99.95 %",
        "          of seattle",
        "            and what stands",
        "              on it",
        "  write   nothing                   99.9 %",
        "",
      ].join("\n"),
    );
    expect(Math.max(...text.split("\n").map(widthOf))).toBeLessThanOrEqual(54);
  });

  it("becomes paragraphs where the words alone are too long", () => {
    expect(textTable(rows, 40)).toBe(
      [
        "  read",
        "    ended by one loss of: the control",
        "        plane of seattle",
        "      and what stands on it",
        "    availability: 99.99 %  ✓ 99.95 %",
        "  write",
        "    ended by one loss of: nothing",
        "    availability: 99.9 %",
        "",
      ].join("\n"),
    );
  });
});
