import { equal, isList, isObject } from "../json.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { badRequest } from "../errors.ts";
import { anyShape } from "../types/shape.ts";
import type { Field, Shape, StructShape } from "../types/shape.ts";

/**
 * Kubernetes' strategic merge patch: a merge patch that knows the types, so that lists with a merge key merge item by item.
 * Directives in the patch say the rest: `$patch` (replace, delete), `$retainKeys`, `$deleteFromPrimitiveList/<list>` and
 * `$setElementOrder/<list>`.
 * https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicMergePatch(shape: StructShape, target: JsonObject, patch: Json): Json {
  if (!isObject(patch)) throw badRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
  return mergeObjects(shape, target, patch) ?? {};
}

const DELETE_FROM = "$deleteFromPrimitiveList/";
const SET_ORDER = "$setElementOrder/";

/** `undefined`: the patch deletes the object. */
function mergeObjects(shape: Shape, target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const { $patch: how, $retainKeys: retained, ...rest } = patch;
  if (how === "delete") return undefined;
  if (how === "replace") return rest;
  if (how !== undefined && how !== "merge") throw badRequest(`unknown patch type found: ${JSON.stringify(how)}`);

  const result: Draft = {};
  for (const [name, value] of Object.entries(target)) {
    if (!isList(retained) || retained.includes(name)) result[name] = value;
  }
  for (const [name, value] of Object.entries(rest)) {
    if (name.startsWith(DELETE_FROM)) {
      const list = name.slice(DELETE_FROM.length);
      const items = result[list];
      if (isList(items) && isList(value))
        result[list] = items.filter((item) => !value.some((gone) => equal(gone, item)));
    } else if (!name.startsWith(SET_ORDER)) {
      const merged = mergeField(fieldOf(shape, name), result[name], value, rest[SET_ORDER + name]);
      if (merged === undefined) Reflect.deleteProperty(result, name);
      else result[name] = merged;
    }
  }
  // An order alone also sorts: it is what remains of a patch that moves items.
  for (const [name, order] of Object.entries(rest)) {
    const list = name.startsWith(SET_ORDER) ? name.slice(SET_ORDER.length) : undefined;
    if (list === undefined || list in rest) continue;
    const items = result[list];
    if (isList(items)) result[list] = sorted(items, items, order, fieldOf(shape, list).mergeKey);
  }
  return result;
}

function fieldOf(shape: Shape, name: string): Pick<Field, "shape" | "mergeKey"> {
  if (shape.kind === "struct") return shape.fields.get(name) ?? { shape: anyShape, mergeKey: undefined };
  return { shape: shape.kind === "map" ? shape.values : anyShape, mergeKey: undefined };
}

function mergeField(
  field: Pick<Field, "shape" | "mergeKey">,
  target: Json | undefined,
  patch: Json,
  order: Json | undefined,
): Json | undefined {
  if (patch === null) return undefined;
  if (isObject(patch)) return mergeObjects(field.shape, isObject(target) ? target : {}, patch);
  if (!isList(patch) || field.mergeKey === undefined || field.shape.kind !== "list") return patch;
  const items = isList(target) ? target : [];
  const merged =
    field.mergeKey === "" ? mergeScalars(items, patch) : mergeItems(field.shape.items, field.mergeKey, items, patch);
  return order === undefined ? merged : sorted(merged, items, order, field.mergeKey);
}

function mergeScalars(target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  const result = [...target];
  for (const value of patch) if (!result.some((item) => equal(item, value))) result.push(value);
  return result;
}

function mergeItems(shape: Shape, key: string, target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  const replaces = patch.some((item) => isObject(item) && item["$patch"] === "replace" && !(key in item));
  const result: Json[] = replaces ? [] : [...target];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`expected an object in a list that merges by ${key}`);
    if (item["$patch"] === "replace" && !(key in item)) continue;
    const id = item[key];
    if (id === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const position = result.findIndex((each) => isObject(each) && equal(each[key], id));
    const merged = mergeObjects(shape, position < 0 ? {} : (result[position] as JsonObject), item);
    if (merged === undefined) {
      if (position >= 0) result.splice(position, 1);
    } else if (position < 0) result.push(merged);
    else result[position] = merged;
  }
  return result;
}

/**
 * Items that the order names stand in that order; the others keep the place that they had among the target's items, as far as
 * the order allows.
 */
function sorted(
  items: readonly Json[],
  target: readonly Json[],
  order: Json | undefined,
  mergeKey: string | undefined,
): readonly Json[] {
  if (!isList(order)) return items;
  const idOf = (item: Json): string => JSON.stringify(mergeKey && isObject(item) ? item[mergeKey] : item);
  const wanted = new Map(order.map((item, index) => [idOf(item), index]));
  const before = new Map(target.map((item, index) => [idOf(item), index]));
  const named = items
    .filter((item) => wanted.has(idOf(item)))
    .sort((a, b) => (wanted.get(idOf(a)) ?? 0) - (wanted.get(idOf(b)) ?? 0));
  const others = items.filter((item) => !wanted.has(idOf(item)));
  const result: Json[] = [];
  while (named.length > 0 || others.length > 0) {
    const [first] = named;
    const [other] = others;
    const otherAt = other === undefined ? undefined : before.get(idOf(other));
    const firstAt = first === undefined ? undefined : before.get(idOf(first));
    const otherComesFirst =
      first === undefined || (otherAt !== undefined && firstAt !== undefined && otherAt < firstAt);
    const next = other !== undefined && otherComesFirst ? others.shift() : (named.shift() ?? others.shift());
    if (next !== undefined) result.push(next);
  }
  return result;
}
