import type { FieldRow, ValueName } from "./table.ts";
import { structTable } from "./tables.generated.ts";
import type { Json } from "../json.ts";

/**
 * What a value of an object may be and how it merges: the type table's rows and a CustomResourceDefinition's schema both
 * become shapes, and decoding, defaulting, patching and server-side apply read only shapes.
 */
export type Shape = ScalarShape | ListShape | MapShape | StructShape;

export interface ScalarShape {
  readonly kind:
    "string" | "int32" | "int64" | "double" | "boolean" | "time" | "bytes" | "quantity" | "intOrString" | "any";
}

export interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
  /** How two lists become one: as one value, as a set, or item by item, matched by `keys`. */
  readonly merge: "atomic" | "set" | "byKey";
  readonly keys: readonly string[];
}

interface MapShape {
  readonly kind: "map";
  readonly values: Shape;
  readonly atomic: boolean;
}

export interface StructShape {
  readonly kind: "struct";
  /** The table's name, "core.v1.Container"; "" for a custom resource's parts. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly atomic: boolean;
  /** Unknown fields are kept (x-kubernetes-preserve-unknown-fields). */
  readonly open: boolean;
}

export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
  /** Null where the field is absent. */
  readonly written: boolean;
  /** Filled in where the field is absent. */
  readonly default: Json | undefined;
  readonly enum: readonly Json[] | undefined;
  /** Strategic merge patch. */
  readonly mergeKey: string | undefined;
  readonly retainKeys: boolean;
}

const scalars = new Map<string, ScalarShape>(
  (["string", "int32", "int64", "double", "boolean", "time", "bytes", "quantity", "intOrString", "any"] as const).map(
    (kind) => [kind, { kind }],
  ),
);
export const anyShape: ScalarShape = { kind: "any" };

/** Structures are made when first asked for, field by field: a site process starts fast and uses few of them. */
class TableStruct implements StructShape {
  readonly kind = "struct";
  readonly open = false;
  readonly name: string;
  #fields: ReadonlyMap<string, Field> | undefined;

  constructor(name: string) {
    this.name = name;
  }
  get atomic(): boolean {
    return structTable[this.name]?.atomic === true;
  }
  get fields(): ReadonlyMap<string, Field> {
    this.#fields ??= new Map(
      Object.entries(structTable[this.name]?.fields ?? {}).map(([name, row]) => [name, fieldOf(row)]),
    );
    return this.#fields;
  }
}

const structs = new Map<string, StructShape>();

export function structShape(name: string): StructShape {
  let shape = structs.get(name);
  if (shape === undefined) {
    if (structTable[name] === undefined) throw new Error(`no structure ${name} in the type table`);
    shape = new TableStruct(name);
    structs.set(name, shape);
  }
  return shape;
}

function valueShape(name: ValueName): Shape {
  return scalars.get(name) ?? structShape(name);
}

function fieldOf(given: ValueName | FieldRow): Field {
  const row: FieldRow = typeof given === "string" ? { is: given } : given;
  return {
    shape: shapeOf(row),
    required: row.required === true,
    written: row.written === true || (row.required === true && row.list !== undefined),
    default: row.default as Json | undefined,
    enum: row.enum,
    mergeKey: row.mergeKey,
    retainKeys: row.retainKeys === true,
  };
}

function shapeOf(row: FieldRow): Shape {
  if (row.list !== undefined) {
    return {
      kind: "list",
      items: valueShape(row.list),
      merge: row.keys !== undefined ? "byKey" : row.set === true ? "set" : "atomic",
      keys: row.keys ?? [],
    };
  }
  if (row.map !== undefined) return { kind: "map", values: valueShape(row.map), atomic: row.atomic === true };
  if (row.mapOfLists !== undefined) {
    const items = valueShape(row.mapOfLists);
    return { kind: "map", values: { kind: "list", items, merge: "atomic", keys: [] }, atomic: row.atomic === true };
  }
  const shape = valueShape(row.is ?? "any");
  return row.atomic === true && shape.kind === "struct" ? new AtomicStruct(shape) : shape;
}

/** A reference that changes as a whole where the structure itself would not. */
class AtomicStruct implements StructShape {
  readonly kind = "struct";
  readonly atomic = true;
  readonly #of: StructShape;
  constructor(of: StructShape) {
    this.#of = of;
  }
  get name(): string {
    return this.#of.name;
  }
  get fields(): ReadonlyMap<string, Field> {
    return this.#of.fields;
  }
  get open(): boolean {
    return this.#of.open;
  }
}
