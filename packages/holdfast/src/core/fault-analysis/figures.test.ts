import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ComponentKind } from "../spec/index.ts";
import { componentKinds, formatDuration } from "../spec/index.ts";
import { defaultFigures, figuresOf } from "./figures.ts";

const page = new URL("../../../../../docs/reference/availability-figures.md", import.meta.url);
const none = { figures: {} };

describe("figures of components (R15, R103)", () => {
  it.each(Object.keys(componentKinds) as ComponentKind[])("there is a default for each make of %s", (kind) => {
    for (const make of ["azure", "other"] as const) {
      const figures = figuresOf(kind, make, none);
      expect(figures.unavailability).toBeGreaterThan(0);
      expect(figures.unavailability).toBeCloseTo(figures.mttrMs / (figures.mtbfMs + figures.mttrMs), 12);
    }
  });

  it("stand in the documentation, each with its source", () => {
    const text = readFileSync(page, "utf8");
    const rows = text.split("\n").map((line) => line.replaceAll(/\s*\|\s*/g, "|"));
    for (const { kind, make, availabilityPercent, mttrMs, basis, source } of defaultFigures) {
      const whose = make === undefined ? "" : make === "azure" ? ", Microsoft's" : ", others";
      const cells = [`\`${kind}\`${whose}`, `${availabilityPercent} %`, formatDuration(mttrMs), `${basis}: ${source}`];
      expect(rows).toContain(`|${cells.join("|")}|`);
    }
    expect(rows.filter((row) => row.startsWith("|`"))).toHaveLength(defaultFigures.length);
  });

  it("are overridden by the file's, as times or as an availability", () => {
    const day = 86_400_000;
    const times = { figures: { link: { kind: "times", mtbfMs: 99 * day, mttrMs: day } } } as const;
    expect(figuresOf("link", "other", times)).toEqual({
      mtbfMs: 99 * day,
      mttrMs: day,
      unavailability: 0.01,
      source: "assumptions.figures.link",
    });
    const percent = { figures: { link: { kind: "availability", percent: 99 } } } as const;
    const standard = figuresOf("link", "other", none);
    expect(figuresOf("link", "other", percent)).toMatchObject({ unavailability: 0.01, mttrMs: standard.mttrMs });
    const perfect = { figures: { link: { kind: "availability", percent: 100, mttrMs: 1 } } } as const;
    expect(figuresOf("link", "other", perfect)).toMatchObject({ unavailability: 0, mtbfMs: Infinity });
  });
});
