import type { Json, JsonObject } from "../json.ts";
import { isList, isObject } from "../json.ts";
import { anyShape } from "../types/shape.ts";
import type { ListShape, Shape } from "../types/shape.ts";
import { itemElement } from "./field-set.ts";

/**
 * How a value takes part in merging: as one value, or as parts that have owners of their own. A value without a type
 * (`any`) merges as its JSON says: objects by field, lists as a whole.
 */
export type Structure =
  | { readonly kind: "leaf" }
  | { readonly kind: "fields"; readonly shapeOf: (name: string) => Shape; readonly declares: (name: string) => boolean }
  | { readonly kind: "items"; readonly list: ListShape };

const leaf: Structure = { kind: "leaf" };
const untyped: Structure = { kind: "fields", shapeOf: () => anyShape, declares: () => false };

/** `values` are the values that are there (old and new); they say what an untyped value is. */
export function structureOf(shape: Shape, ...values: readonly (Json | undefined)[]): Structure {
  switch (shape.kind) {
    case "struct":
      if (shape.atomic) return leaf;
      return {
        kind: "fields",
        shapeOf: (name) => shape.fields.get(name)?.shape ?? anyShape,
        declares: (name) => shape.fields.has(name),
      };
    case "map":
      return shape.atomic ? leaf : { kind: "fields", shapeOf: () => shape.values, declares: () => false };
    case "list":
      return shape.merge === "atomic" ? leaf : { kind: "items", list: shape };
    case "any":
      return values.every((value) => value === undefined || isObject(value)) ? untyped : leaf;
    default:
      return leaf;
  }
}

/** The fields of a value; null has none. */
export function fieldsOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The items of a value by path element, in order; of items with the same key the first counts. */
export function itemsOf(list: ListShape, value: Json | undefined): ReadonlyMap<string, Json> {
  const items = new Map<string, Json>();
  if (!isList(value)) return items;
  for (const item of value) {
    const element = itemElement(list, item);
    if (!items.has(element)) items.set(element, item);
  }
  return items;
}
