/**
 * Distils what a recorded Kubernetes server says about its types (OpenAPI v3 documents, discovery) into
 * `src/store/types/tables.generated.ts`: field types, merge rules, defaults; no descriptions.
 *
 *   npx tsx packages/pocket-cluster/scripts/distil-schemas.ts [FOLDER of reference/kubernetes-1.34]
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import type { FieldRow, ResourceRow, StructRow, ValueName } from "../src/store/types/table.ts";

interface Schema {
  type?: string;
  format?: string;
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
  enum?: string[];
  "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-map-type"?: "atomic" | "granular";
  "x-kubernetes-patch-strategy"?: string;
  "x-kubernetes-patch-merge-key"?: string;
  "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string }[];
}

/** What the pocket cluster serves, of what the recorded server has. */
const served: Record<string, readonly string[]> = {
  "/v1": [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "resourcequotas",
    "secrets",
    "serviceaccounts",
    "services",
  ],
  "apps/v1": ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
  "autoscaling/v2": ["horizontalpodautoscalers"],
  "batch/v1": ["cronjobs", "jobs"],
  "coordination.k8s.io/v1": ["leases"],
  "discovery.k8s.io/v1": ["endpointslices"],
  "events.k8s.io/v1": ["events"],
  "networking.k8s.io/v1": ["ingressclasses", "ingresses", "networkpolicies"],
  "policy/v1": ["poddisruptionbudgets"],
  "rbac.authorization.k8s.io/v1": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  "scheduling.k8s.io/v1": ["priorityclasses"],
  "storage.k8s.io/v1": ["storageclasses"],
  "apiextensions.k8s.io/v1": ["customresourcedefinitions"],
};
/** Subresources that the store or the API server answers. */
const subresourcesServed = new Set(["status", "scale", "log", "eviction", "finalize", "binding", "token"]);

/** Optional fields that a server writes all the same, as null: the documents do not tell, the transcripts do. */
const alwaysWritten = new Set([
  "discovery.v1.EndpointSlice.ports",
  "autoscaling.v2.HorizontalPodAutoscalerStatus.currentMetrics",
  "apiextensions.v1.CustomResourceDefinitionStatus.conditions",
]);

const packageDir = resolve(import.meta.dirname, "..");
const source = resolve(process.argv[2] ?? join(packageDir, "../../../shared/reference/kubernetes-1.34"));

const schemas = new Map<string, Schema>();
for (const file of readdirSync(join(source, "openapi-v3")).sort()) {
  if (file === "index.json") continue;
  const document = JSON.parse(readFileSync(join(source, "openapi-v3", file), "utf8")) as {
    components: { schemas: Record<string, Schema> };
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    // A document of another group may carry a shorter copy of a shared type; the longest is the type's own.
    const known = schemas.get(name);
    if (known === undefined || JSON.stringify(known).length < JSON.stringify(schema).length) schemas.set(name, schema);
  }
}

const structs = new Map<string, StructRow>();

/** "io.k8s.api.core.v1.Container" -> "core.v1.Container": short, and still one name a structure. */
function shortName(reference: string): string {
  return reference
    .replace("#/components/schemas/", "")
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|apiextensions-apiserver\.pkg\.apis)\./, "");
}

function scalar(schema: Schema): ValueName {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) return named(reference);
  switch (schema.type) {
    case "string":
      return schema.format === "date-time" ? "time" : schema.format === "byte" ? "bytes" : "string";
    case "integer":
      return schema.format === "int64" ? "int64" : "int32";
    case "number":
      return "double";
    case "boolean":
      return "boolean";
    default:
      if (schema.format === "int-or-string") return "intOrString";
      return "any";
  }
}

function named(reference: string): ValueName {
  const full = reference.replace("#/components/schemas/", "");
  const schema = schemas.get(full);
  if (schema === undefined) throw new Error(`no schema ${full}`);
  if (full.endsWith(".Quantity")) return "quantity";
  if (full.endsWith(".IntOrString")) return "intOrString";
  if (schema.properties === undefined) return scalar(schema);
  const name = shortName(full) as ValueName;
  if (!structs.has(name)) {
    const fields: Record<string, ValueName | FieldRow> = {};
    structs.set(name, { fields, ...(schema["x-kubernetes-map-type"] === "atomic" ? { atomic: true } : {}) });
    for (const [key, property] of Object.entries(schema.properties))
      fields[key] = field(schema, `${name}.${key}`, property);
  }
  return name;
}

function field(owner: Schema, path: string, schema: Schema): ValueName | FieldRow {
  const key = path.slice(path.lastIndexOf(".") + 1);
  const row: Record<string, unknown> = {};
  if (schema.type === "array" && schema.items !== undefined) {
    row["list"] = scalar(schema.items);
    if (schema["x-kubernetes-list-type"] === "map") row["keys"] = schema["x-kubernetes-list-map-keys"];
    if (schema["x-kubernetes-list-type"] === "set") row["set"] = true;
  } else if (schema.type === "object" && schema.additionalProperties !== undefined) {
    const values = schema.additionalProperties;
    if (values.type === "array" && values.items !== undefined) row["mapOfLists"] = scalar(values.items);
    else row["map"] = scalar(values);
    if (schema["x-kubernetes-map-type"] === "atomic") row["atomic"] = true;
  } else {
    row["is"] = scalar(schema);
    if (schema["x-kubernetes-map-type"] === "atomic") row["atomic"] = true;
  }
  if (owner.required?.includes(key) === true) row["required"] = true;
  if (alwaysWritten.has(path)) row["written"] = true;
  if (schema.default !== undefined) row["default"] = schema.default;
  if (schema.enum !== undefined) row["enum"] = schema.enum;
  const strategies = schema["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  if (strategies.includes("merge")) row["mergeKey"] = schema["x-kubernetes-patch-merge-key"] ?? "";
  if (strategies.includes("retainKeys")) row["retainKeys"] = true;
  return Object.keys(row).length === 1 && row["is"] !== undefined ? (row["is"] as ValueName) : (row as FieldRow);
}

interface DiscoveryResource {
  resource: string;
  responseKind: { kind: string };
  scope: "Namespaced" | "Cluster";
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: { subresource: string }[];
}
const discovery = JSON.parse(readFileSync(join(source, "transcripts/discovery.json"), "utf8")) as {
  exchanges: { request: { path: string; headers?: Record<string, string> }; response: { body: unknown } }[];
};
const resources: ResourceRow[] = [];
for (const { request, response } of discovery.exchanges) {
  if (request.headers?.["accept"]?.includes("APIGroupDiscoveryList") !== true) continue;
  const { items } = response.body as {
    items: {
      metadata: { name?: string };
      versions: { version: string; resources: DiscoveryResource[] }[];
    }[];
  };
  for (const item of items) {
    const group = item.metadata.name ?? "";
    for (const { version, resources: found } of item.versions) {
      for (const one of found) {
        if (served[`${group}/${version}`]?.includes(one.resource) !== true) continue;
        const kind = one.responseKind.kind;
        const root = [...schemas].find(([, schema]) =>
          (schema["x-kubernetes-group-version-kind"] ?? []).some(
            (id) => id.group === group && id.version === version && id.kind === kind,
          ),
        );
        if (root === undefined) throw new Error(`no schema for ${group}/${version} ${kind}`);
        const subresources = (one.subresources ?? [])
          .map((each) => each.subresource)
          .filter((name) => subresourcesServed.has(name));
        resources.push({
          group,
          version,
          resource: one.resource,
          singular: one.singularResource,
          kind,
          namespaced: one.scope === "Namespaced",
          struct: named(root[0]),
          verbs: one.verbs,
          ...(one.shortNames === undefined ? {} : { shortNames: one.shortNames }),
          ...(one.categories === undefined ? {} : { categories: one.categories }),
          ...(subresources.length === 0 ? {} : { subresources }),
        });
      }
    }
  }
}

const target = join(packageDir, "src/store/types/tables.generated.ts");
const text = `// Written by scripts/distil-schemas.ts from a Kubernetes 1.34 server's OpenAPI documents and discovery. Do not edit.
import type { ResourceRow, StructRow } from "./table.ts";

export const resourceTable: readonly ResourceRow[] = ${JSON.stringify(resources)};

export const structTable: Readonly<Record<string, StructRow>> = ${JSON.stringify(Object.fromEntries([...structs].sort(([a], [b]) => (a < b ? -1 : 1))))};
`;
writeFileSync(target, await format(text, { ...(await resolveConfig(target)), parser: "typescript" }));
console.log(`${String(resources.length)} resources, ${String(structs.size)} structures`);
