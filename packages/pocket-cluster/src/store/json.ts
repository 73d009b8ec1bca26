/** JSON values: what objects are made of. Objects in the store are frozen, so that parts can be shared between versions. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
/** An object under construction. */
export type Draft = Record<string, Json>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Equal as JSON: the order of keys does not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!(key in right) || !equal(left[key], right[key])) return false;
  for (const key in right) if (!(key in left)) return false;
  return true;
}

/** Freezes what is not frozen yet. A frozen part is taken to be frozen all the way down: only this function freezes. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

/** A deep copy that may be changed. */
export function copy<T extends Json>(value: T): T {
  if (isList(value)) return value.map(copy) as unknown as T;
  if (!isObject(value)) return value;
  const result: Draft = {};
  for (const [key, part] of Object.entries(value)) result[key] = copy(part);
  return result as T;
}

/** The value at a path of field names, `undefined` where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** A copy of `object` without `keys`. */
export function without(object: object, ...keys: readonly string[]): Draft {
  const rest: Draft = {};
  // Deleting from a copy would be shorter, and makes objects that are slow ever after.
  for (const [key, value] of Object.entries(object as JsonObject)) if (!keys.includes(key)) rest[key] = value;
  return rest;
}
