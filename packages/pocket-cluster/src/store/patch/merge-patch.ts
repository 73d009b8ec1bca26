import { isObject } from "../json.ts";
import type { Draft, Json } from "../json.ts";

/** RFC 7386: a null removes, an object merges, anything else replaces. */
export function applyMergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Draft = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = applyMergePatch(result[key] ?? null, value);
  }
  return result;
}
