import { createHash } from "node:crypto";
import { resourceTable, structTable } from "../store/index.ts";
import type { FieldRow, KubeObject, ObjectStore, ResourceType, ValueName } from "../store/index.ts";
import { at, items, text } from "./tables/reading.ts";

/**
 * OpenAPI v3 documents, one a group version, as kubectl reads them for `apply`, `explain` and validation: made from the store's
 * type table (its fields, lists that merge by key, required fields) and from the schemas of CustomResourceDefinitions.
 */
export interface OpenApi {
  index(): object;
  /** `path` is "api/v1" or "apis/apps/v1". */
  document(path: string): { readonly body: string; readonly hash: string } | undefined;
}

type Schema = Readonly<Record<string, unknown>>;

export function openApi(store: ObjectStore): OpenApi {
  const kept = new Map<string, { readonly body: string; readonly hash: string }>();
  const groupVersions = (): Map<string, ResourceType[]> => {
    const byPath = new Map<string, ResourceType[]>();
    for (const type of store.types()) {
      const path = type.group === "" ? `api/${type.version}` : `apis/${type.group}/${type.version}`;
      byPath.set(path, [...(byPath.get(path) ?? []), type]);
    }
    return byPath;
  };
  /** Changes when the document does: what the process serves, and the definitions of custom resources. */
  const hashOf = (path: string, types: readonly ResourceType[]): string => {
    const versions = types.map((type) => definitionOf(store, type)?.metadata.resourceVersion ?? "");
    return createHash("sha256")
      .update(JSON.stringify([path, types.map((type) => type.resource), versions]))
      .digest("hex")
      .toUpperCase();
  };
  return {
    index: () => ({
      paths: Object.fromEntries(
        [...groupVersions()].map(([path, types]) => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(path, types)}` },
        ]),
      ),
    }),
    document: (path) => {
      const types = groupVersions().get(path);
      if (types === undefined) return undefined;
      const hash = hashOf(path, types);
      const known = kept.get(path);
      if (known?.hash === hash) return known;
      const made = { body: JSON.stringify(documentOf(store, path, types)), hash };
      kept.set(path, made);
      return made;
    },
  };
}

function documentOf(store: ObjectStore, path: string, types: readonly ResourceType[]): object {
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, object> = {};
  for (const type of types) {
    const name = addRootSchema(store, schemas, type);
    const base = `/${path}/${type.namespaced ? "namespaces/{namespace}/" : ""}${type.resource}`;
    paths[base] = operations(type, name, { get: "list", post: "create" });
    paths[`${base}/{name}`] = operations(type, name, { get: "get", put: "update", patch: "patch", delete: "delete" });
  }
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: "1.34" }, paths, components: { schemas } };
}

const ACTIONS: Readonly<Record<string, string>> = { create: "post", update: "put" };

/** Only what clients look at: which kind an operation is about, and which options and patches it takes. */
function operations(type: ResourceType, schema: string, verbs: Readonly<Record<string, string>>): object {
  const content = (mediaType: string): object => ({ [mediaType]: { schema: { $ref: reference(schema) } } });
  const query = (name: string): object => ({ name, in: "query", schema: { type: "string", uniqueItems: true } });
  const result: Record<string, object> = {};
  for (const [method, verb] of Object.entries(verbs)) {
    if (!type.verbs.includes(verb)) continue;
    const isWrite = method !== "get" && method !== "delete";
    const patches = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
    const bodies =
      method === "patch"
        ? [...patches, ...(isBuiltIn(type) ? ["application/strategic-merge-patch+json"] : [])]
        : ["*/*"];
    result[method] = {
      tags: [`${type.group === "" ? "core" : type.group}_${type.version}`],
      operationId: `${verb}${type.namespaced ? "Namespaced" : ""}${type.kind}`,
      ...(method === "get"
        ? {}
        : { parameters: (isWrite ? ["dryRun", "fieldManager", "fieldValidation"] : ["dryRun"]).map(query) }),
      ...(isWrite
        ? { requestBody: { content: Object.assign({}, ...bodies.map(content)) as object, required: true } }
        : {}),
      responses: { "200": { description: "OK", content: content("application/json") } },
      "x-kubernetes-action": ACTIONS[verb] ?? verb,
      "x-kubernetes-group-version-kind": { group: type.group, version: type.version, kind: type.kind },
    };
  }
  return {
    ...result,
    parameters: (type.namespaced ? ["namespace"] : []).map((name) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
  };
}

function rowOf(type: ResourceType): (typeof resourceTable)[number] | undefined {
  return resourceTable.find(
    (row) => row.group === type.group && row.version === type.version && row.resource === type.resource,
  );
}

function isBuiltIn(type: ResourceType): boolean {
  return rowOf(type) !== undefined;
}

function addRootSchema(store: ObjectStore, schemas: Record<string, Schema>, type: ResourceType): string {
  const kind = [{ group: type.group, version: type.version, kind: type.kind }];
  const row = rowOf(type);
  if (row !== undefined) {
    const name = addStruct(schemas, row.struct);
    schemas[name] = { ...schemas[name], "x-kubernetes-group-version-kind": kind };
    return name;
  }
  const definition = definitionOf(store, type);
  const version = items(definition, "spec.versions").find((each) => text(each, "name") === type.version);
  const schema = (at(version, "schema.openAPIV3Schema") ?? { type: "object" }) as Schema;
  const name = [...type.group.split(".").reverse(), type.version, type.kind].join(".");
  const metadata = { allOf: [{ $ref: reference(addStruct(schemas, META)) }] };
  const strings = { apiVersion: { type: "string" }, kind: { type: "string" } };
  schemas[name] = {
    ...schema,
    properties: { ...(schema["properties"] as object | undefined), ...strings, metadata },
    "x-kubernetes-group-version-kind": kind,
  };
  return name;
}

function definitionOf(store: ObjectStore, type: ResourceType): KubeObject | undefined {
  if (isBuiltIn(type)) return undefined;
  const definitions = store.findType("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  if (definitions === undefined) return undefined;
  return store.list(definitions, { fieldSelector: `metadata.name=${type.resource}.${type.group}` }).items.at(0);
}

const META = "meta.v1.ObjectMeta";

/** The table's "core.v1.Pod" under the name that Kubernetes gives it, "io.k8s.api.core.v1.Pod". */
function schemaName(struct: string): string {
  if (struct.startsWith("meta.")) return `io.k8s.apimachinery.pkg.apis.${struct}`;
  if (struct.startsWith("apiextensions.")) return `io.k8s.apiextensions-apiserver.pkg.apis.${struct}`;
  return `io.k8s.api.${struct}`;
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Adds a structure and all that it refers to; structures may refer to themselves. */
function addStruct(schemas: Record<string, Schema>, struct: string): string {
  const name = schemaName(struct);
  if (schemas[name] !== undefined) return name;
  const row = structTable[struct];
  const fields = Object.entries(row?.fields ?? {}).map(
    ([field, value]) => [field, typeof value === "string" ? { is: value } : value] as const,
  );
  const schema: Record<string, unknown> = {
    type: "object",
    ...(row?.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
  schemas[name] = schema;
  const required = fields.filter(([, field]) => field.required === true).map(([field]) => field);
  if (required.length > 0) schema["required"] = required;
  schema["properties"] = Object.fromEntries(fields.map(([field, value]) => [field, fieldSchema(schemas, value)]));
  return name;
}

function fieldSchema(schemas: Record<string, Schema>, field: FieldRow): Schema {
  const described = {
    ...(field.enum === undefined ? {} : { enum: field.enum }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...patchStrategy(field),
  };
  if (field.list !== undefined) {
    const list =
      field.keys !== undefined
        ? { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": field.keys }
        : { "x-kubernetes-list-type": field.set === true ? "set" : "atomic" };
    return { type: "array", items: valueSchema(schemas, field.list), ...list, ...described };
  }
  const map = { type: "object", ...(field.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}), ...described };
  if (field.map !== undefined) return { ...map, additionalProperties: valueSchema(schemas, field.map) };
  if (field.mapOfLists !== undefined)
    return { ...map, additionalProperties: { type: "array", items: valueSchema(schemas, field.mapOfLists) } };
  return { ...valueSchema(schemas, field.is ?? "any"), ...described };
}

function patchStrategy({ mergeKey, retainKeys }: FieldRow): Schema {
  const strategies = [...(retainKeys === true ? ["retainKeys"] : []), ...(mergeKey === undefined ? [] : ["merge"])];
  return {
    ...(strategies.length === 0 ? {} : { "x-kubernetes-patch-strategy": strategies.join(",") }),
    ...(mergeKey === undefined || mergeKey === "" ? {} : { "x-kubernetes-patch-merge-key": mergeKey }),
  };
}

const SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: "string" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  boolean: { type: "boolean" },
  time: { type: "string", format: "date-time" },
  bytes: { type: "string", format: "byte" },
  quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  intOrString: { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" },
  any: { "x-kubernetes-preserve-unknown-fields": true },
};

function valueSchema(schemas: Record<string, Schema>, value: ValueName): Schema {
  return SCALARS[value] ?? { allOf: [{ $ref: reference(addStruct(schemas, value)) }] };
}
