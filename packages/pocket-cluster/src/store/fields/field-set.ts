import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import type { ListShape } from "../types/shape.ts";

/**
 * A set of paths into an object, in the very form in which managedFields carries it (FieldsV1): a tree whose branches are
 * path elements ("f:spec" a field, `k:{"name":"app"}` a list's item by key, `v:"x"` a set's item). A node is in the set when
 * it has no branches or the branch ".".
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

const LEAF: FieldSet = Object.freeze({});
export const noFields: FieldSet = LEAF;

function contains(node: FieldSet): boolean {
  if ("." in node) return true;
  for (const _element in node) return false;
  return true;
}

/** A node from its parts; `undefined` when nothing below it is in the set. */
export function fieldNode(member: boolean, branches: Record<string, FieldSet>): FieldSet | undefined {
  for (const _element in branches) return member ? { ".": LEAF, ...branches } : branches;
  return member ? LEAF : undefined;
}

/** Whether the set, a root, has no path. */
export function isEmpty(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

type Rule = (inLeft: boolean, inRight: boolean) => boolean;

function combine(
  left: FieldSet | undefined,
  right: FieldSet | undefined,
  rule: Rule,
  root: boolean,
): FieldSet | undefined {
  if (left === undefined) return right !== undefined && rule(false, true) ? right : undefined;
  if (right === undefined) return rule(true, false) ? left : undefined;
  const branches: Record<string, FieldSet> = {};
  const add = (element: string) => {
    const branch = combine(left[element], right[element], rule, false);
    if (branch !== undefined) branches[element] = branch;
  };
  for (const element in left) if (element !== ".") add(element);
  for (const element in right) if (element !== "." && !(element in left)) add(element);
  return fieldNode(!root && rule(contains(left), contains(right)), branches);
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a || b, true) ?? noFields;
}
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a && !b, true) ?? noFields;
}
export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a && b, true) ?? noFields;
}

/** Whether the path that leads to `node` is itself in the set. */
export function isMember(node: FieldSet): boolean {
  return contains(node);
}

/** Every path of the set as messages write it, `.spec.containers[name="app"].image`. */
export function* paths(set: FieldSet, prefix = ""): Iterable<string> {
  for (const element of Object.keys(set).sort()) {
    const node = set[element];
    if (node === undefined || element === ".") continue;
    const path = prefix + elementText(element);
    if (contains(node)) yield path;
    yield* paths(node, path);
  }
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  const key = JSON.parse(rest) as JsonObject;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

/** The path element of an item of a list that merges by key or as a set. */
export function itemElement(list: ListShape, item: Json): string {
  if (list.merge === "set" || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const key: Record<string, Json> = {};
  for (const name of [...list.keys].sort()) {
    const value = item[name] ?? (list.items.kind === "struct" ? list.items.fields.get(name)?.default : undefined);
    if (value !== undefined) key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}
