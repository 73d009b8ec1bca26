import type { Draft, Json } from "../json.ts";
import { isList, isObject } from "../json.ts";
import type { ListShape, Shape } from "../types/shape.ts";
import { fieldNode, isMember, noFields } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldsOf, itemsOf, structureOf } from "./structure.ts";

/** The paths that an applied object speaks of, and so owns: every leaf, every key of a map, every item of a list. */
export function fieldsSet(shape: Shape, applied: Json): FieldSet {
  return setOf(shape, applied) ?? noFields;
}

function setOf(shape: Shape, value: Json): FieldSet | undefined {
  const structure = structureOf(shape, value);
  if (structure.kind === "leaf") return noFields;
  const branches: Record<string, FieldSet> = {};
  if (structure.kind === "fields") {
    for (const [name, part] of Object.entries(fieldsOf(value))) {
      const empty = part === null || (isObject(part) && Object.keys(part).length === 0);
      const node = own(empty || !structure.declares(name), setOf(structure.shapeOf(name), part));
      if (node !== undefined) branches[`f:${name}`] = node;
    }
  } else {
    for (const [element, item] of itemsOf(structure.list, value)) {
      branches[element] = own(true, setOf(structure.list.items, item)) ?? noFields;
    }
  }
  return fieldNode(false, branches);
}

function own(member: boolean, below: FieldSet | undefined): FieldSet | undefined {
  if (!member || below === undefined) return member ? noFields : below;
  return isMember(below) ? below : { ".": noFields, ...below };
}

/** The live object with what was applied laid over it. */
export function merge(shape: Shape, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (applied === undefined) return live;
  if (live === undefined) return applied;
  const structure = structureOf(shape, live, applied);
  if (structure.kind === "leaf") return applied;
  if (structure.kind === "fields") {
    if (!isObject(applied)) return live;
    const result: Draft = { ...fieldsOf(live) };
    for (const [name, part] of Object.entries(applied)) {
      result[name] = merge(structure.shapeOf(name), result[name], part) ?? null;
    }
    return result;
  }
  return isList(applied) ? mergeItems(structure.list, live, applied) : live;
}

/**
 * Two lists by key. Items that both have stand in the applied order; an item that only the live list has keeps its place
 * before the next one that both have.
 */
function mergeItems(list: ListShape, live: Json, applied: Json): Json {
  const old = [...itemsOf(list, live)];
  const oldItems = new Map(old);
  const next = itemsOf(list, applied);
  const result: Json[] = [];
  let position = 0;
  const takeOldOnly = (until: string | undefined) => {
    for (let entry = old[position]; entry !== undefined; entry = old[++position]) {
      const [element, item] = entry;
      if (element === until) {
        position++;
        return;
      }
      if (!next.has(element)) result.push(item);
      else if (until === undefined) return;
    }
  };
  for (const [element, item] of next) {
    takeOldOnly(oldItems.has(element) ? element : undefined);
    result.push(merge(list.items, oldItems.get(element), item) ?? item);
  }
  for (const [element, item] of old.slice(position)) if (!next.has(element)) result.push(item);
  return result;
}

/**
 * Takes out what a manager applied last time and nobody owns now. `last` are its paths of then; `owned` everybody's of now.
 * A structure's field goes as soon as nothing below it is owned, with whatever was defaulted into it; what
 * the manager never spoke of stays. `undefined` when nothing is left.
 */
export function prune(shape: Shape, value: Json, last: FieldSet, owned: FieldSet | undefined): Json | undefined {
  const structure = structureOf(shape, value);
  if (structure.kind === "leaf") return value;
  const keep = (element: string, part: Json, partShape: Shape, declared: boolean): Json | undefined => {
    const then = last[element];
    if (then === undefined) return part;
    const now = owned?.[element];
    if (now === undefined && (declared || isMember(then))) return undefined;
    return prune(partShape, part, then, now);
  };
  if (structure.kind === "fields") {
    const result: Draft = {};
    let pruned = false;
    for (const [name, part] of Object.entries(fieldsOf(value))) {
      const kept = keep(`f:${name}`, part, structure.shapeOf(name), structure.declares(name));
      if (kept !== undefined) result[name] = kept;
      else pruned = true;
    }
    return pruned && Object.keys(result).length === 0 ? undefined : result;
  }
  if (!isList(value)) return value;
  const items = itemsOf(structure.list, value);
  const result: Json[] = [];
  for (const [element, item] of items) {
    const kept = keep(element, item, structure.list.items, false);
    if (kept !== undefined) result.push(kept);
  }
  return result.length === 0 && items.size > 0 ? undefined : result;
}
