import { copy, isList, isObject } from "../json.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { isOpen } from "./schema.ts";
import type { Schema } from "./schema.ts";

/** A copy of the body with only what the schema specifies, and the schema's defaults where nothing was said. */
export function pruneAndDefault(schema: Schema, body: JsonObject, unknown: string[]): Draft {
  return visitObject(schema, body, "", unknown);
}

function visit(schema: Schema, value: Json, path: string, unknown: string[]): Json {
  if (isObject(value)) {
    if (
      schema.type === "object" ||
      schema.properties !== undefined ||
      schema["x-kubernetes-embedded-resource"] === true
    ) {
      return visitObject(schema, value, path, unknown);
    }
    return copy(value);
  }
  if (isList(value)) {
    const { items } = schema;
    return items === undefined
      ? copy(value)
      : value.map((item, index) => visit(items, item, `${path}[${index}]`, unknown));
  }
  return value;
}

const EMBEDDED = new Set(["apiVersion", "kind", "metadata"]);

function visitObject(schema: Schema, object: JsonObject, path: string, unknown: string[]): Draft {
  const result: Draft = {};
  const { additionalProperties, properties = {} } = schema;
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  for (const [name, value] of Object.entries(object as Readonly<Record<string, Json | undefined>>)) {
    if (value === undefined) continue;
    const at = path === "" ? name : `${path}.${name}`;
    const part = properties[name] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (part !== undefined) {
      // A null that is not allowed says nothing where a default stands ready.
      if (value === null && part.nullable !== true && part.default !== undefined) continue;
      result[name] = visit(part, value, at, unknown);
    } else if (isOpen(schema) || additionalProperties === true || (embedded && EMBEDDED.has(name))) {
      result[name] = copy(value);
    } else unknown.push(`unknown field "${at}"`);
  }
  for (const [name, part] of Object.entries(properties)) {
    if (name in result || part.default === undefined) continue;
    result[name] = visit(part, copy(part.default), name, []);
  }
  return result;
}
