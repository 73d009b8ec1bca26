import fc from "fast-check";
import type { PartFigures } from "../failure-probability.ts";
import type { Structure } from "../structure.ts";
import { all, any, atLeast, part } from "../structure.ts";

/** A small system: every state of it can be looked at. */
export interface SmallSystem {
  readonly parts: readonly PartFigures[];
  readonly structure: Structure;
}

/** Components 0 to 3 are single ones, 4 and 5 stand for two and three alike, 6 to 9 are those of a joint: 13 machines. */
const SINGLES = 4;
const POOLED = [
  { part: 4, size: 2 },
  { part: 5, size: 3 },
];
const JOINED = [6, 7, 8, 9];
const counts = [1, 1, 1, 1, 2, 3, 1, 1, 1, 1];

export function smallSystem(): fc.Arbitrary<SmallSystem> {
  const unavailability = fc.oneof(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.constantFrom(0, 1e-9, 0.5));
  return fc.record({
    parts: fc.tuple(...counts.map((count) => unavailability.map((value) => ({ unavailability: value, count })))),
    structure: structures(),
  });
}

function structures(): fc.Arbitrary<Structure> {
  const single = fc.nat(SINGLES - 1).map(part);
  const pool = fc
    .record({
      need: fc.nat(6),
      gates: fc.tuple(
        single,
        fc.oneof(
          single,
          fc.tuple(single, single).map(([a, b]) => any(a, b)),
        ),
      ),
    })
    .map(({ need, gates }): Structure => ({
      kind: "pool",
      need,
      groups: POOLED.map((group, index) => ({ ...group, gate: gates[index] ?? part(0) })),
    }));
  return inner(JOINED.map(part), 2).chain((first) =>
    inner(JOINED.map(part), 2).chain((second) => {
      const joint = { outputs: [first, second] as const };
      const outputs: readonly Structure[] = [0, 1].map((output) => ({ kind: "joint", joint, output: output as 0 | 1 }));
      return compound(fc.oneof(single, single, pool, fc.constantFrom(...outputs)), 3);
    }),
  );
}

function inner(leaves: readonly Structure[], depth: number): fc.Arbitrary<Structure> {
  return compound(fc.constantFrom(...leaves), depth);
}

function compound(leaf: fc.Arbitrary<Structure>, depth: number): fc.Arbitrary<Structure> {
  if (depth === 0) return leaf;
  const below = compound(leaf, depth - 1);
  const several = fc.array(below, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    leaf,
    several.map((of) => all(...of)),
    several.map((of) => any(...of)),
    fc.tuple(fc.nat(5), several).map(([count, of]) => atLeast(count, of)),
  );
}

/** Every state, with how likely it is: how many of each component work. */
export function* statesOf(parts: readonly PartFigures[]): Iterable<{ working: number[]; probability: number }> {
  const machines = parts.flatMap(({ count }, index) => Array<number>(count).fill(index));
  for (let state = 0; state < 2 ** machines.length; state++) {
    const working = parts.map(() => 0);
    let probability = 1;
    for (const [bit, index] of machines.entries()) {
      const up = (state >> bit) % 2 === 1;
      const q = parts[index]?.unavailability ?? 0;
      probability *= up ? 1 - q : q;
      if (up) working[index] = (working[index] ?? 0) + 1;
    }
    yield { working, probability };
  }
}
