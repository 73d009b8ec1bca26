import { equal, without } from "../json.ts";
import type { JsonObject } from "../json.ts";

/** metadata.generation counts changes of the spec. */
export function specGeneration(draft: JsonObject, old: JsonObject): boolean {
  return !equal(draft["spec"], old["spec"]);
}

/** The same for kinds without a spec: everything but metadata. */
export function contentGeneration(draft: JsonObject, old: JsonObject): boolean {
  return !equal(without(draft, "metadata", "status"), without(old, "metadata", "status"));
}
