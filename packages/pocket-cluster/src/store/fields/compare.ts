import type { Json } from "../json.ts";
import { equal } from "../json.ts";
import type { Shape } from "../types/shape.ts";
import { fieldNode, noFields } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldsOf, itemsOf, structureOf } from "./structure.ts";

/** What became of an object: the paths that are new or have another value, and those that are gone. */
export interface Difference {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

interface Nodes {
  readonly changed: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

const same: Nodes = { changed: undefined, removed: undefined };
const changedLeaf: Nodes = { changed: noFields, removed: undefined };
const removedLeaf: Nodes = { changed: undefined, removed: noFields };

export function compare(shape: Shape, before: Json, after: Json): Difference {
  const { changed, removed } = compareNodes(shape, before, after);
  return { changed: changed ?? noFields, removed: removed ?? noFields };
}

function compareNodes(shape: Shape, before: Json | undefined, after: Json | undefined): Nodes {
  if (before === after) return same;
  const structure = structureOf(shape, before, after);
  if (structure.kind === "leaf") {
    if (before === undefined) return changedLeaf;
    if (after === undefined) return removedLeaf;
    return equal(before, after) ? same : changedLeaf;
  }
  const changed: Record<string, FieldSet> = {};
  const removed: Record<string, FieldSet> = {};
  const visit = (element: string, part: Shape, old: Json | undefined, next: Json | undefined) => {
    const nodes = compareNodes(part, old, next);
    if (nodes.changed !== undefined) changed[element] = nodes.changed;
    if (nodes.removed !== undefined) removed[element] = nodes.removed;
  };
  if (structure.kind === "fields") {
    const old = fieldsOf(before);
    const next = fieldsOf(after);
    for (const name in old) visit(`f:${name}`, structure.shapeOf(name), old[name], next[name]);
    for (const name in next) if (!(name in old)) visit(`f:${name}`, structure.shapeOf(name), undefined, next[name]);
  } else {
    const old = itemsOf(structure.list, before);
    const next = itemsOf(structure.list, after);
    for (const [element, item] of old) visit(element, structure.list.items, item, next.get(element));
    for (const [element, item] of next) if (!old.has(element)) visit(element, structure.list.items, undefined, item);
  }
  // A part that came or went is itself a path, besides what is below it.
  return { changed: fieldNode(before === undefined, changed), removed: fieldNode(after === undefined, removed) };
}
