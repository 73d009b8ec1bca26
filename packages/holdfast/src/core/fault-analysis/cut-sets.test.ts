import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimalCutSets } from "./cut-sets.ts";
import type { PartFigures } from "./failure-probability.ts";
import type { Structure } from "./structure.ts";
import { all, any, atLeast, holds, NEVER, part } from "./structure.ts";
import { smallSystem } from "./testing/random-systems.ts";

/** The slow and obvious way: every choice of at most `order` machines; those whose loss matters and of which none is idle. */
function cutSetsByStates(structure: Structure, parts: readonly PartFigures[], order: number): string[] {
  const fails = (lost: readonly number[]) =>
    !holds(
      structure,
      parts.map(({ count }, index) => count - lost.filter((one) => one === index).length),
    );
  const found: string[] = [];
  const extend = (from: number, lost: readonly number[]): void => {
    const idle = lost.some((_, position) => fails(lost.filter((__, at) => at !== position)));
    if (fails(lost) && !idle) found.push(lost.join(" "));
    if (lost.length === order) return;
    for (let index = from; index < parts.length; index++) {
      const taken = lost.filter((one) => one === index).length;
      if (taken < (parts[index]?.count ?? 0)) extend(index, [...lost, index]);
    }
  };
  extend(0, []);
  return found.toSorted();
}

describe("minimal cut sets (R18, R102)", () => {
  it("are those that trying every loss finds, on random systems", () => {
    fc.assert(
      fc.property(smallSystem(), fc.integer({ min: 1, max: 4 }), ({ structure, parts }, order) => {
        const found = minimalCutSets(structure, order).map((cut) => cut.join(" "));
        expect(found.toSorted()).toEqual(cutSetsByStates(structure, parts, order));
      }),
      { numRuns: 300 },
    );
  });

  it("come the smallest first", () => {
    const structure = all(any(part(0), part(1)), part(2), any(part(3), part(4), part(5)));
    expect(minimalCutSets(structure, 4)).toEqual([[2], [0, 1], [3, 4, 5]]);
    expect(minimalCutSets(structure, 2)).toEqual([[2], [0, 1]]);
  });

  it("name a shared part once, however many members of a vote it takes along", () => {
    const links = [1, 2, 3, 4].map((link) => all(part(0), part(link)));
    expect(minimalCutSets(atLeast(3, links), 2)).toEqual([[0], [1, 2], [1, 3], [1, 4], [2, 3], [2, 4], [3, 4]]);
  });

  it("say two of those alike instead of naming every two of two hundred", () => {
    const pool: Structure = {
      kind: "pool",
      need: 199,
      groups: [
        { gate: part(0), part: 1, size: 100 },
        { gate: part(2), part: 3, size: 100 },
      ],
    };
    expect(minimalCutSets(pool, 2)).toEqual([[0], [2], [1, 1], [1, 3], [3, 3]]);
  });

  it("are the empty set for what never holds, and none for what always does", () => {
    expect(minimalCutSets(NEVER, 2)).toEqual([[]]);
    expect(minimalCutSets(all(), 2)).toEqual([]);
  });
});
