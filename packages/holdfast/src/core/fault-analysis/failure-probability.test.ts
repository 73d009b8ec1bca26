import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PartFigures } from "./failure-probability.ts";
import { failuresOf } from "./failure-probability.ts";
import type { Structure } from "./structure.ts";
import { all, any, atLeast, holds, NEVER, part } from "./structure.ts";
import { smallSystem, statesOf } from "./testing/random-systems.ts";

const LIMIT = 100_000;

function failureOf(structure: Structure, parts: readonly PartFigures[], nodeLimit: number) {
  return failuresOf([structure], parts, nodeLimit)[0];
}

/** The slow and obvious way: the sum over every state. */
function failureByStates(structure: Structure, parts: readonly PartFigures[]): number {
  let sum = 0;
  for (const { working, probability } of statesOf(parts)) if (!holds(structure, working)) sum += probability;
  return sum;
}

/** With one of the machines of a component always down, and always up. */
function birnbaumByStates(structure: Structure, parts: readonly PartFigures[], index: number): number {
  const count = parts[index]?.count ?? 1;
  const failing = (up: 0 | 1) => {
    const rest = parts.map((one, at) => (at === index ? { ...one, count: count - 1 } : one));
    let sum = 0;
    for (const { working, probability } of statesOf(rest)) {
      const state = working.map((number, at) => (at === index ? number + up : number));
      if (!holds(structure, state)) sum += probability;
    }
    return sum;
  };
  return failing(0) - failing(1);
}

describe("the failure probability of a structure (R18, R102)", () => {
  it("is that of the sum over every state, on random systems", () => {
    fc.assert(
      fc.property(smallSystem(), ({ structure, parts }) => {
        const failure = failureOf(structure, parts, LIMIT);
        expect(failure?.probability).toBeCloseTo(failureByStates(structure, parts), 12);
      }),
      { numRuns: 150 },
    );
  });

  it("changes with each component as looking at every state with and without it says", () => {
    fc.assert(
      fc.property(smallSystem(), fc.nat(9), ({ structure, parts }, index) => {
        const failure = failureOf(structure, parts, LIMIT);
        expect(failure?.byPart[index]).toBeCloseTo(birnbaumByStates(structure, parts, index), 9);
      }),
      { numRuns: 100 },
    );
  });

  it("is exact where it is tiny: two parts that rarely fail", () => {
    const parts = [1e-9, 2e-9].map((unavailability) => ({ unavailability, count: 1 }));
    const failure = failureOf(any(part(0), part(1)), parts, LIMIT);
    expect(failure?.probability).toBeCloseTo(2e-18, 30);
    expect(failure?.byPart[0]).toBeCloseTo(2e-9, 20);
  });

  it("is that of a binomial distribution for some of many alike", () => {
    const pool: Structure = { kind: "pool", need: 9, groups: [{ gate: all(), part: 0, size: 10 }] };
    const failure = failureOf(pool, [{ unavailability: 0.1, count: 10 }], LIMIT);
    expect(failure?.probability).toBeCloseTo(1 - 0.9 ** 10 - 10 * 0.1 * 0.9 ** 9, 12);
  });

  it("is 1 for what never holds, and 0 for what always does", () => {
    expect(failureOf(NEVER, [], LIMIT)?.probability).toBe(1);
    expect(failureOf(atLeast(0, []), [], LIMIT)?.probability).toBe(0);
  });

  it("is not told where the diagram would be too large", () => {
    const parts = Array.from({ length: 60 }, () => ({ unavailability: 0.01, count: 1 }));
    const vote = atLeast(
      30,
      parts.map((_, index) => part(index)),
    );
    expect(failureOf(vote, parts, 100)).toBeUndefined();
    expect(failureOf(vote, parts, 10_000)).toBeDefined();
  });

  it("is told of those before, and of no later one, once the diagram has grown too large", () => {
    const parts = Array.from({ length: 60 }, () => ({ unavailability: 0.01, count: 1 }));
    const vote = atLeast(
      30,
      parts.map((_, index) => part(index)),
    );
    const [small, large] = failuresOf([part(0), vote], parts, 100);
    expect(small?.probability).toBe(0.01);
    expect(large).toBeUndefined();
  });

  it("refuses a component of a joint that occurs outside of it, which would count it twice", () => {
    const joint = { outputs: [part(0), part(1)] as const };
    const structure = all({ kind: "joint", joint, output: 0 }, part(1));
    const parts = [0.1, 0.1].map((unavailability) => ({ unavailability, count: 1 }));
    expect(() => failureOf(structure, parts, LIMIT)).toThrow("occurs nowhere else");
  });
});
