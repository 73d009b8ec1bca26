/**
 * The form of the generated type table: what a field holds and how it merges, and nothing else. It is our own distillate of the
 * OpenAPI v3 documents that a Kubernetes server publishes (`scripts/distil-schemas.ts` writes it).
 */

/** What a value is. A name with a dot ("core.v1.Container") is a structure of the table. */
export type ValueName =
  | "string"
  | "int32"
  | "int64"
  | "double"
  | "boolean"
  | "time" // RFC 3339
  | "bytes" // base64
  | "quantity" // 500m, 2Gi
  | "intOrString"
  | "any" // not looked into
  | `${string}.${string}`;

export interface FieldRow {
  /** One value, or */
  readonly is?: ValueName;
  /** a list of them, or */
  readonly list?: ValueName;
  /** a map from strings to them. */
  readonly map?: ValueName;
  /** A map whose values are lists. */
  readonly mapOfLists?: ValueName;
  /** List: the fields that identify an item. Without `keys` and `set` a list is one value that changes as a whole. */
  readonly keys?: readonly string[];
  readonly set?: true;
  /** The map changes as a whole. */
  readonly atomic?: true;
  readonly required?: true;
  /** Optional, and yet a server always writes it: null when nothing is there. */
  readonly written?: true;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** Strategic merge patch: the item's key to merge by ("" for a list of scalars), and whether unnamed fields are dropped. */
  readonly mergeKey?: string;
  readonly retainKeys?: true;
}

export interface StructRow {
  readonly fields: Readonly<Record<string, ValueName | FieldRow>>;
  readonly atomic?: true;
}

/** One served resource. `struct` names its structure. */
export interface ResourceRow {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly struct: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly string[];
}
