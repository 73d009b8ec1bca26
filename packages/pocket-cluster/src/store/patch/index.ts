import { ApiError } from "../contract.ts";
import type { PatchType } from "../contract.ts";
import { badRequest } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import type { StructShape } from "../types/shape.ts";
import { applyJsonPatch, JsonPatchError } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

/** The target with a patch of one of the three plain kinds applied. Custom resources have no `shape` for a strategic one. */
export function patched(
  type: Exclude<PatchType, "apply">,
  shape: StructShape | undefined,
  target: JsonObject,
  patch: unknown,
): Json {
  switch (type) {
    case "json":
      try {
        return applyJsonPatch(target, patch);
      } catch (error) {
        if (!(error instanceof JsonPatchError)) throw error;
        if (error.malformed) throw badRequest(error.message);
        throw new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});
      }
    case "merge":
      if (!isObject(patch))
        throw badRequest("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}");
      return applyMergePatch(target, patch);
    case "strategic":
      if (shape === undefined) {
        throw new ApiError(
          415,
          "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        );
      }
      return applyStrategicMergePatch(shape, target, patch as Json);
  }
}
