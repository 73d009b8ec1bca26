import { unreachable } from "../../base/index.ts";

/**
 * What works as long as enough of what it needs works: a formula over components that only gets worse when one more
 * fails (it is monotone). Formulas share their parts, so they are graphs, and whoever walks one remembers where he was.
 */
export type Structure =
  /** A component of which there is one, by its index. */
  | { readonly kind: "part"; readonly part: number }
  | { readonly kind: "all"; readonly of: readonly Structure[] }
  | { readonly kind: "any"; readonly of: readonly Structure[] }
  | { readonly kind: "at-least"; readonly count: number; readonly of: readonly Structure[] }
  | Pool
  | { readonly kind: "joint"; readonly joint: Joint; readonly output: 0 | 1 };

/** So many of machines that are alike within a group; a group is there as long as its gate is, for example a host. */
export interface Pool {
  readonly kind: "pool";
  readonly need: number;
  readonly groups: readonly PoolGroup[];
}

export interface PoolGroup {
  readonly gate: Structure;
  /** A component of which there are `size`. */
  readonly part: number;
  readonly size: number;
}

/**
 * Two formulas over components that occur nowhere else, such as the control plane and the workers of one cluster, which
 * share its hosts. All that the rest can see of them is which of the two hold, so four probabilities stand for however
 * many machines: without that, a decision diagram would repeat the machines for every state of every other site.
 */
export interface Joint {
  readonly outputs: readonly [Structure, Structure];
}

export function part(index: number): Structure {
  return { kind: "part", part: index };
}

export function all(...of: readonly Structure[]): Structure {
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "all", of };
}

export function any(...of: readonly Structure[]): Structure {
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "any", of };
}

export function atLeast(count: number, of: readonly Structure[]): Structure {
  if (count <= 0) return ALWAYS;
  if (count > of.length) return NEVER;
  if (count === 1) return any(...of);
  return count === of.length ? all(...of) : { kind: "at-least", count, of };
}

export const ALWAYS: Structure = { kind: "all", of: [] };
export const NEVER: Structure = { kind: "any", of: [] };

/** `working`: how many of each component work. */
export function holds(structure: Structure, working: readonly number[]): boolean {
  return evaluate(structure, working, new Map());
}

function evaluate(structure: Structure, working: readonly number[], known: Map<Structure, boolean>): boolean {
  const before = known.get(structure);
  if (before !== undefined) return before;
  const result = evaluateNew(structure, working, known);
  known.set(structure, result);
  return result;
}

function evaluateNew(structure: Structure, working: readonly number[], known: Map<Structure, boolean>): boolean {
  const each = (one: Structure) => evaluate(one, working, known);
  switch (structure.kind) {
    case "part":
      return (working[structure.part] ?? 0) > 0;
    case "all":
      return structure.of.every(each);
    case "any":
      return structure.of.some(each);
    case "at-least":
      return structure.of.filter(each).length >= structure.count;
    case "pool": {
      const living = structure.groups.map(({ gate, part: index }) => (each(gate) ? (working[index] ?? 0) : 0));
      return living.reduce((sum, count) => sum + count, 0) >= structure.need;
    }
    case "joint":
      return each(structure.joint.outputs[structure.output]);
    default:
      return unreachable(structure);
  }
}
