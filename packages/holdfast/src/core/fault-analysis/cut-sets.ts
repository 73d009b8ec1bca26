import { unreachable } from "../../base/index.ts";
import type { Pool, Structure } from "./structure.ts";

/**
 * Components whose loss ends what a structure stands for, sorted by index. One that stands twice means two of those that
 * are alike. A structure that never holds has one cut set, the empty one.
 */
export type CutSet = readonly number[];

/**
 * Every minimal cut set of at most `order` components, the smallest first. Bottom up: of a conjunction they are those of
 * its members together, of a disjunction one of each member united. Larger sets are dropped as soon as they arise, which
 * is what keeps this small; no set that is dropped could have become smaller later.
 */
export function minimalCutSets(structure: Structure, order: number): readonly CutSet[] {
  return cutsOf(structure, order, new Map());
}

type Known = Map<Structure, readonly CutSet[]>;

function cutsOf(structure: Structure, order: number, known: Known): readonly CutSet[] {
  const before = known.get(structure);
  if (before !== undefined) return before;
  const cuts = newCuts(structure, order, known);
  known.set(structure, cuts);
  return cuts;
}

function newCuts(structure: Structure, order: number, known: Known): readonly CutSet[] {
  const each = (one: Structure) => cutsOf(one, order, known);
  switch (structure.kind) {
    case "part":
      return order >= 1 ? [[structure.part]] : [];
    case "all":
      return minimal(structure.of.flatMap(each));
    case "any":
      return cutsOfAny(structure.of.map(each), order);
    case "at-least":
      return cutsOfVote(structure.of.map(each), structure.of.length - structure.count + 1, order);
    case "pool":
      return cutsOfPool(structure, order, each);
    case "joint":
      return each(structure.joint.outputs[structure.output]);
    default:
      return unreachable(structure);
  }
}

function cutsOfAny(members: readonly (readonly CutSet[])[], order: number): readonly CutSet[] {
  let cuts: readonly CutSet[] = [[]];
  for (const member of members) {
    if (cuts.length === 0) return [];
    const keys = new Set(member.map(keyOf));
    cuts = minimal(
      cuts.flatMap((cut) => {
        // It brings this member down already: with anything more it would not be minimal.
        if (keys.has(keyOf(cut)) || hasSmaller(cut, keys)) return [cut];
        if (cut.length === order) return [];
        return member.map((other) => union(cut, other)).filter((united) => united.length <= order);
      }),
    );
  }
  return cuts;
}

/**
 * `kills` of the members have to fail. A component that only one member has brings down that member and no other, so the
 * few that several members have are tried in every combination, and what is then still missing is made up by members one by one.
 */
function cutsOfVote(members: readonly (readonly CutSet[])[], kills: number, order: number): readonly CutSet[] {
  const found: CutSet[] = [];
  const shared = sharedParts(members);
  for (const common of combinations(shared, order)) {
    const left: CutSet[][] = [];
    let failed = 0;
    for (const cuts of members) {
      const rests = cuts.map((cut) => withoutShared(cut, common, shared));
      if (rests.some((rest) => rest?.length === 0)) failed += 1;
      else left.push(rests.filter((rest) => rest !== undefined && common.length + rest.length <= order) as CutSet[]);
    }
    choose(left, kills - failed, order - common.length, 0, common, found);
  }
  return minimal(found);
}

/** Adds to `found` each way to fail `missing` more of the members with at most `budget` components. */
function choose(
  members: readonly (readonly CutSet[])[],
  missing: number,
  budget: number,
  from: number,
  chosen: CutSet,
  found: CutSet[],
): void {
  if (missing <= 0) {
    found.push(chosen);
    return;
  }
  // Each takes one component at least.
  if (missing > budget) return;
  for (let index = from; index + missing <= members.length; index++) {
    for (const cut of members[index] ?? []) {
      if (cut.length > budget) continue;
      choose(members, missing - 1, budget - cut.length, index + 1, union(chosen, cut), found);
    }
  }
}

/** Components in cut sets of several members, with how often the set that has it most has it. */
function sharedParts(members: readonly (readonly CutSet[])[]): ReadonlyMap<number, number> {
  const seen = new Set<number>();
  const shared = new Map<number, number>();
  for (const cuts of members) {
    const own = new Set(cuts.flat());
    for (const component of own) {
      if (seen.has(component)) shared.set(component, 0);
      seen.add(component);
    }
  }
  for (const cut of members.flat()) {
    for (const component of cut) {
      const most = shared.get(component);
      if (most !== undefined) shared.set(component, Math.max(most, multiplicity(cut, component)));
    }
  }
  return shared;
}

/** What a cut set needs beside `common`; undefined where it needs shared components that are not in it. */
function withoutShared(cut: CutSet, common: CutSet, shared: ReadonlyMap<number, number>): CutSet | undefined {
  const own = cut.filter((component) => !shared.has(component));
  const others = cut.filter((component) => shared.has(component));
  return others.every((component) => multiplicity(common, component) >= multiplicity(others, component))
    ? own
    : undefined;
}

/** Every multiset of at most `size` of the components, the empty one too. */
function* combinations(components: ReadonlyMap<number, number>, size: number): Iterable<CutSet> {
  const list = [...components].toSorted(([a], [b]) => a - b);
  function* extend(from: number, chosen: CutSet): Iterable<CutSet> {
    yield chosen;
    for (let index = from; index < list.length; index++) {
      const [component = 0, most = 0] = list[index] ?? [];
      let next = chosen;
      for (let times = 1; times <= most && next.length < size; times++) {
        next = [...next, component];
        yield* extend(index + 1, next);
      }
    }
  }
  yield* extend(0, []);
}

/** Of each group it loses either its gate or some of its machines. */
function cutsOfPool(
  { need, groups }: Pool,
  order: number,
  cutsOfGate: (gate: Structure) => readonly CutSet[],
): readonly CutSet[] {
  if (need <= 0) return [];
  const found: CutSet[] = [];
  const restSizes = groups.map((_, index) => groups.slice(index).reduce((sum, { size }) => sum + size, 0));
  const lose = (index: number, missing: number, chosen: CutSet): void => {
    if (missing <= 0) {
      found.push(chosen);
      return;
    }
    const group = groups[index];
    if (group === undefined || (restSizes[index] ?? 0) < missing) return;
    const budget = order - chosen.length;
    for (let lost = 0; lost <= Math.min(group.size, budget, missing); lost++) {
      lose(index + 1, missing - lost, union(chosen, Array<number>(lost).fill(group.part)));
    }
    for (const cut of cutsOfGate(group.gate)) {
      const next = union(chosen, cut);
      if (next.length <= order) lose(index + 1, missing - group.size, next);
    }
  };
  lose(0, (restSizes[0] ?? 0) - need + 1, []);
  return minimal(found);
}

/** Two of one kind and one of it are two, not three: whoever loses two has lost one. */
function union(a: CutSet, b: CutSet): CutSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const united: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left = Infinity, right = Infinity] = [a[i], b[j]];
    united.push(Math.min(left, right));
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return united;
}

/** The sets that hold no other, the smallest first. */
function minimal(cuts: readonly CutSet[]): readonly CutSet[] {
  const keys = new Set<string>();
  return cuts
    .toSorted((a, b) => a.length - b.length || compare(a, b))
    .filter((cut) => {
      const key = keyOf(cut);
      if (keys.has(key) || hasSmaller(cut, keys)) return false;
      keys.add(key);
      return true;
    });
}

/** Sets are so small that each of their subsets can be looked up. */
function hasSmaller(cut: CutSet, keys: ReadonlySet<string>): boolean {
  const whole = 2 ** cut.length - 1;
  for (let chosen = 0; chosen < whole; chosen++) {
    if (keys.has(keyOf(cut.filter((_, index) => (chosen >> index) % 2 === 1)))) return true;
  }
  return false;
}

function keyOf(cut: CutSet): string {
  return cut.join(" ");
}

function compare(a: CutSet, b: CutSet): number {
  const index = a.findIndex((component, at) => component !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function multiplicity(cut: CutSet, component: number): number {
  return cut.filter((one) => one === component).length;
}
