import type { Json } from "../json.ts";
import { anyShape, structShape } from "../types/shape.ts";
import type { Field, Shape, StructShape } from "../types/shape.ts";

/** The part of a CustomResourceDefinition's structural schema (OpenAPI v3) that the store works with. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
}

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Objects of the type as merging sees them: what every object has, and the schema's own fields. */
export function shapeOfRoot(schema: Schema): StructShape {
  const fields = new Map<string, Field>([
    ["apiVersion", field({ type: "string" })],
    ["kind", field({ type: "string" })],
    ["metadata", { ...field({}), shape: structShape("meta.v1.ObjectMeta") }],
  ]);
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (!fields.has(name)) fields.set(name, field(part));
  }
  return { kind: "struct", name: "", fields, atomic: false, open: isOpen(schema) };
}

function field(schema: Schema): Field {
  return {
    shape: shapeOf(schema),
    required: false,
    written: false,
    default: schema.default,
    enum: schema.enum,
    mergeKey: undefined,
    retainKeys: false,
  };
}

export function isOpen(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

function shapeOf(schema: Schema): Shape {
  if (schema["x-kubernetes-int-or-string"] === true) return { kind: "intOrString" };
  switch (schema.type) {
    case "object":
      return objectShape(schema);
    case "array":
      return {
        kind: "list",
        items: shapeOf(schema.items ?? {}),
        merge:
          schema["x-kubernetes-list-type"] === "map"
            ? "byKey"
            : schema["x-kubernetes-list-type"] === "set"
              ? "set"
              : "atomic",
        keys: schema["x-kubernetes-list-map-keys"] ?? [],
      };
    case "string":
      return { kind: "string" };
    case "boolean":
      return { kind: "boolean" };
    case "integer":
      return { kind: "int64" };
    case "number":
      return { kind: "double" };
    default:
      return anyShape;
  }
}

function objectShape(schema: Schema): Shape {
  const atomic = schema["x-kubernetes-map-type"] === "atomic";
  const { additionalProperties, properties } = schema;
  if (typeof additionalProperties === "object") return { kind: "map", values: shapeOf(additionalProperties), atomic };
  if (additionalProperties === true || (isOpen(schema) && properties === undefined)) {
    return atomic ? { kind: "map", values: anyShape, atomic } : anyShape;
  }
  const fields = new Map(Object.entries(properties ?? {}).map(([name, part]) => [name, field(part)]));
  return { kind: "struct", name: "", fields, atomic, open: isOpen(schema) };
}

/** Whether any part of the schema carries CEL rules. */
export function hasRules(schema: Schema): boolean {
  if ((schema["x-kubernetes-validations"] ?? []).length > 0) return true;
  const parts: (Schema | boolean | undefined)[] = [
    ...Object.values(schema.properties ?? {}),
    schema.items,
    schema.additionalProperties,
  ];
  return parts.some((part) => typeof part === "object" && hasRules(part));
}

export function asSchema(value: unknown): Schema {
  return value ?? {};
}
