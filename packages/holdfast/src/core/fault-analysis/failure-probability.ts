import { assert, unreachable } from "../../base/index.ts";
import type { Node } from "./decision-diagram.ts";
import { DecisionDiagram, DiagramTooLarge, FALSE, TRUE } from "./decision-diagram.ts";
import type { Joint, Pool, Structure } from "./structure.ts";

/** One entry a component, by its index. Components fail independently of each other. */
export interface PartFigures {
  /** Less than 1: of what never works there would be nothing to say. */
  readonly unavailability: number;
  /** So many alike. */
  readonly count: number;
}

export interface Failure {
  /** That the structure does not hold. */
  readonly probability: number;
  /** Its derivative by the unavailability of each component: of each one, where there are several alike. */
  readonly byPart: Float64Array;
}

/**
 * Exact, by one decision diagram of all structures over the components in the order of their indices, so neighbours in the
 * fleet should be neighbours there. What structures share is built once. Undefined from the structure on with which the diagram
 * has more nodes than `nodeLimit`, so the small ones should come first.
 */
export function failuresOf(
  structures: readonly Structure[],
  parts: readonly PartFigures[],
  nodeLimit: number,
): readonly (Failure | undefined)[] {
  const model = orTooLarge(() => new FailureModel(structures, parts, nodeLimit));
  return structures.map((structure) => orTooLarge(() => model?.failureOf(structure)));
}

function orTooLarge<T>(build: () => T): T | undefined {
  try {
    return build();
  } catch (error) {
    if (error instanceof DiagramTooLarge) return undefined;
    throw error;
  }
}

/**
 * For what never fails, within a joint: of an impossible state nobody can say how likely the second output is in it, and yet that
 * decides what a first failure would do. A product of three of these is still a number, and no sum notices one.
 */
const NEVER_QUITE = 1e-100;

/** The three conditions that tell which outputs of a joint hold: the first; the second if it does; the second if not. */
interface JointVariables {
  readonly first: number;
  readonly derivatives: readonly [Float64Array, Float64Array, Float64Array];
}

class FailureModel {
  readonly #parts: readonly PartFigures[];
  readonly #diagram: DecisionDiagram;
  readonly #falseness: number[] = [];
  readonly #partVariables = new Map<number, number>();
  readonly #jointVariables = new Map<Joint, JointVariables>();
  readonly #nodes = new Map<Structure, Node>();

  constructor(structures: readonly Structure[], parts: readonly PartFigures[], nodeLimit: number) {
    this.#parts = parts;
    this.#diagram = new DecisionDiagram(nodeLimit);
    for (const place of placesOf({ kind: "any", of: structures })) {
      if (place.kind === "part") this.#addPart(place.part);
      else this.#addJoint(place.joint, nodeLimit);
    }
  }

  failureOf(structure: Structure): Failure {
    const { probability, byVariable } = this.#diagram.failure(this.#build(structure), this.#falseness);
    const byPart = new Float64Array(this.#parts.length);
    for (const [part, first] of this.#partVariables) {
      const count = this.#parts[part]?.count ?? 1;
      for (let member = 0; member < count; member++) {
        byPart[part] = (byPart[part] ?? 0) + (byVariable[first + member] ?? 0) / count;
      }
    }
    for (const { first, derivatives } of this.#jointVariables.values()) {
      for (const [offset, derivative] of derivatives.entries()) {
        const weight = byVariable[first + offset] ?? 0;
        if (weight === 0) continue;
        for (const [part, value] of derivative.entries()) byPart[part] = (byPart[part] ?? 0) + weight * value;
      }
    }
    return { probability, byPart };
  }

  #addPart(part: number): void {
    const { count = 1, unavailability = 0 } = this.#parts[part] ?? {};
    this.#partVariables.set(part, this.#falseness.length);
    for (let member = 0; member < count; member++) this.#falseness.push(unavailability);
  }

  /** P(not A), P(not B | A), P(not B | not A), from the failures of A, of B and of "A or B", which are what diagrams give. */
  #addJoint(joint: Joint, nodeLimit: number): void {
    const [structureA, structureB] = joint.outputs;
    const either: Structure = { kind: "any", of: [structureA, structureB] };
    const parts = this.#parts.map((one) => ({ ...one, unavailability: one.unavailability || NEVER_QUITE }));
    const inner = new FailureModel([either], parts, nodeLimit);
    const [a, b, both] = [inner.failureOf(structureA), inner.failureOf(structureB), inner.failureOf(either)];
    const up = 1 - a.probability;
    const ifUp = up === 0 ? 0 : Math.max(0, b.probability - both.probability) / up;
    const ifDown = a.probability === 0 ? 0 : both.probability / a.probability;
    // Of quotients, by the quotient rule.
    const byUp = a.byPart.map((value, part) =>
      up === 0 ? 0 : ((b.byPart[part] ?? 0) - (both.byPart[part] ?? 0) + ifUp * value) / up,
    );
    const byDown = a.byPart.map((value, part) =>
      a.probability === 0 ? 0 : ((both.byPart[part] ?? 0) - ifDown * value) / a.probability,
    );
    this.#jointVariables.set(joint, { first: this.#falseness.length, derivatives: [a.byPart, byUp, byDown] });
    this.#falseness.push(a.probability, ifUp, ifDown);
  }

  #build(structure: Structure): Node {
    const before = this.#nodes.get(structure);
    if (before !== undefined) return before;
    const node = this.#buildNew(structure);
    this.#nodes.set(structure, node);
    return node;
  }

  #buildNew(structure: Structure): Node {
    const diagram = this.#diagram;
    switch (structure.kind) {
      case "part":
        return diagram.variable(this.#partVariables.get(structure.part) ?? 0);
      case "all":
        return this.#fold(structure.of, TRUE, (a, b) => diagram.and(a, b));
      case "any":
        return this.#fold(structure.of, FALSE, (a, b) => diagram.or(a, b));
      case "at-least":
        return this.#buildVote(structure.of, structure.count);
      case "pool":
        return this.#buildPool(structure);
      case "joint": {
        const first = this.#jointVariables.get(structure.joint)?.first ?? 0;
        if (structure.output === 0) return diagram.variable(first);
        return diagram.node(first, diagram.variable(first + 2), diagram.variable(first + 1));
      }
      default:
        return unreachable(structure);
    }
  }

  /** From the last to the first: functions of late variables are small, and grow by one member at a time. */
  #fold(members: readonly Structure[], start: Node, combine: (a: Node, b: Node) => Node): Node {
    return members.reduceRight((node, member) => combine(this.#build(member), node), start);
  }

  /** `enough[k]`: at least k of the members from here on. */
  #buildVote(members: readonly Structure[], count: number): Node {
    let enough: Node[] = Array.from({ length: count + 1 }, (_, k) => (k === 0 ? TRUE : FALSE));
    for (const member of members.toReversed()) {
      const own = this.#build(member);
      enough = enough.map((without, k) =>
        k === 0 ? TRUE : this.#diagram.or(this.#diagram.and(own, enough[k - 1] ?? TRUE), without),
      );
    }
    return enough[count] ?? TRUE;
  }

  #buildPool({ need, groups }: Pool): Node {
    if (need <= 0) return TRUE;
    let enough: Node[] = Array.from({ length: need + 1 }, (_, k) => (k === 0 ? TRUE : FALSE));
    for (const { gate, part, size } of groups.toReversed()) {
      const first = this.#partVariables.get(part) ?? 0;
      let chain = enough;
      for (let member = size - 1; member >= 0; member--) {
        chain = chain.map((without, k) =>
          k === 0 ? TRUE : this.#diagram.choose(first + member, without, chain[k - 1] ?? TRUE),
        );
      }
      const own = this.#build(gate);
      enough = enough.map((without, k) => this.#diagram.or(this.#diagram.and(own, chain[k] ?? TRUE), without));
    }
    return enough[need] ?? TRUE;
  }
}

type Place =
  | { readonly kind: "part"; readonly part: number; readonly at: number }
  | { readonly kind: "joint"; readonly joint: Joint; readonly at: number };

/** What gets variables, in their order: a joint stands where the first of its components would. */
function placesOf(structure: Structure): readonly Place[] {
  const parts = new Set<number>();
  const joints = new Set<Joint>();
  walk(structure, (one) => {
    if (one.kind === "part") parts.add(one.part);
    if (one.kind === "pool") for (const { part } of one.groups) parts.add(part);
    if (one.kind === "joint") joints.add(one.joint);
  });
  const taken = new Set(parts);
  const ofJoints = [...joints].map((joint): Place => {
    const inner = new Set(joint.outputs.flatMap(placesOf).map(({ at }) => at));
    for (const part of inner) {
      assert(!taken.has(part), "a component of a joint occurs nowhere else");
      taken.add(part);
    }
    return { kind: "joint", joint, at: Math.min(...inner, Infinity) };
  });
  const ofParts = [...parts].map((part): Place => ({ kind: "part", part, at: part }));
  return [...ofParts, ...ofJoints].toSorted((a, b) => a.at - b.at);
}

/** Each formula once; not into joints, whose components nobody else sees. */
function walk(structure: Structure, visit: (structure: Structure) => void, seen = new Set<Structure>()): void {
  if (seen.has(structure)) return;
  seen.add(structure);
  visit(structure);
  if (structure.kind === "all" || structure.kind === "any" || structure.kind === "at-least") {
    for (const member of structure.of) walk(member, visit, seen);
  }
  if (structure.kind === "pool") for (const { gate } of structure.groups) walk(gate, visit, seen);
}
