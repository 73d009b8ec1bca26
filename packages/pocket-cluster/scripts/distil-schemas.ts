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

/** The text of tables.generated.ts, from a folder like shared/reference/kubernetes-1.34. */
export async function distil(source: string): Promise<string> {
  const tables = new Distiller(readSchemas(source));
  const resources = readResources(source).map((each) => tables.resource(each));
  const text = `// Written by scripts/distil-schemas.ts from a Kubernetes 1.34 server's OpenAPI documents and discovery. Do not edit.
import type { ResourceRow, StructRow } from "./table.ts";

export const resourceTable: readonly ResourceRow[] = ${JSON.stringify(resources)};

export const structTable: Readonly<Record<string, StructRow>> = ${JSON.stringify(tables.structs())};
`;
  return format(text, { ...(await resolveConfig(target)), parser: "typescript" });
}

const target = resolve(import.meta.dirname, "../src/store/types/tables.generated.ts");

function readSchemas(source: string): ReadonlyMap<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const file of readdirSync(join(source, "openapi-v3")).sort()) {
    if (file === "index.json") continue;
    const document = JSON.parse(readFileSync(join(source, "openapi-v3", file), "utf8")) as {
      components: { schemas: Record<string, Schema> };
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      // A document of another group may carry a shorter copy of a shared type; the longest is the type's own.
      const known = schemas.get(name);
      if (known === undefined || JSON.stringify(known).length < JSON.stringify(schema).length)
        schemas.set(name, schema);
    }
  }
  return schemas;
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
type Found = DiscoveryResource & { readonly group: string; readonly version: string };

/** The served resources as the recorded server's aggregated discovery lists them. */
function readResources(source: string): Found[] {
  const { exchanges } = JSON.parse(readFileSync(join(source, "transcripts/discovery.json"), "utf8")) as {
    exchanges: { request: { headers?: Record<string, string> }; response: { body: unknown } }[];
  };
  return exchanges
    .filter(({ request }) => request.headers?.["accept"]?.includes("APIGroupDiscoveryList") === true)
    .flatMap(({ response }) => {
      const { items } = response.body as {
        items: { metadata: { name?: string }; versions: { version: string; resources: DiscoveryResource[] }[] }[];
      };
      return items.flatMap(({ metadata: { name: group = "" }, versions }) =>
        versions.flatMap(({ version, resources }) =>
          resources
            .filter(({ resource }) => served[`${group}/${version}`]?.includes(resource) === true)
            .map((each) => ({ ...each, group, version })),
        ),
      );
    });
}

/** "io.k8s.api.core.v1.Container" -> "core.v1.Container": short, and still one name a structure. */
function shortName(name: string): string {
  return name.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|apiextensions-apiserver\.pkg\.apis)\./, "");
}

/** Turns schemas into rows, beginning at the served kinds and following references. */
class Distiller {
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #structs = new Map<string, StructRow>();

  constructor(schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas;
  }

  structs(): Readonly<Record<string, StructRow>> {
    return Object.fromEntries([...this.#structs].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  resource(found: Found): ResourceRow {
    const { group, version, shortNames, categories } = found;
    const { kind } = found.responseKind;
    const root = [...this.#schemas].find(([, schema]) =>
      schema["x-kubernetes-group-version-kind"]?.some(
        (id) => id.group === group && id.version === version && id.kind === kind,
      ),
    );
    if (root === undefined) throw new Error(`no schema for ${group}/${version} ${kind}`);
    const subresources = (found.subresources ?? [])
      .map((each) => each.subresource)
      .filter((name) => subresourcesServed.has(name));
    return {
      group,
      version,
      resource: found.resource,
      singular: found.singularResource,
      kind,
      namespaced: found.scope === "Namespaced",
      struct: this.#named(root[0]),
      verbs: found.verbs,
      ...(shortNames === undefined ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
      ...(subresources.length === 0 ? {} : { subresources }),
    };
  }

  #scalar(schema: Schema): ValueName {
    const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
    if (reference !== undefined) return this.#named(reference.replace("#/components/schemas/", ""));
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
        return schema.format === "int-or-string" ? "intOrString" : "any";
    }
  }

  #named(full: string): ValueName {
    const schema = this.#schemas.get(full);
    if (schema === undefined) throw new Error(`no schema ${full}`);
    if (full.endsWith(".Quantity")) return "quantity";
    if (full.endsWith(".IntOrString")) return "intOrString";
    if (schema.properties === undefined) return this.#scalar(schema);
    const name = shortName(full) as ValueName;
    if (!this.#structs.has(name)) {
      const fields: Record<string, ValueName | FieldRow> = {};
      // Known before its fields are, for structures that contain themselves.
      this.#structs.set(name, { fields, ...(schema["x-kubernetes-map-type"] === "atomic" ? { atomic: true } : {}) });
      for (const [key, property] of Object.entries(schema.properties)) {
        fields[key] = this.#field(property, `${name}.${key}`, schema.required?.includes(key) === true);
      }
    }
    return name;
  }

  #field(schema: Schema, path: string, required: boolean): ValueName | FieldRow {
    const strategies = schema["x-kubernetes-patch-strategy"]?.split(",") ?? [];
    const row: FieldRow = {
      ...this.#content(schema),
      ...(required ? { required: true } : {}),
      ...(alwaysWritten.has(path) ? { written: true } : {}),
      ...(schema.default === undefined ? {} : { default: schema.default }),
      ...(schema.enum === undefined ? {} : { enum: schema.enum }),
      ...(strategies.includes("merge") ? { mergeKey: schema["x-kubernetes-patch-merge-key"] ?? "" } : {}),
      ...(strategies.includes("retainKeys") ? { retainKeys: true } : {}),
    };
    return row.is !== undefined && Object.keys(row).length === 1 ? row.is : row;
  }

  /** What a field holds, and how lists and maps merge. */
  #content(schema: Schema): FieldRow {
    const atomic = schema["x-kubernetes-map-type"] === "atomic" ? ({ atomic: true } as const) : {};
    if (schema.type === "array" && schema.items !== undefined) {
      const list = this.#scalar(schema.items);
      const keys = schema["x-kubernetes-list-map-keys"];
      if (schema["x-kubernetes-list-type"] === "map" && keys !== undefined) return { list, keys };
      return schema["x-kubernetes-list-type"] === "set" ? { list, set: true } : { list };
    }
    if (schema.type === "object" && schema.additionalProperties !== undefined) {
      const values = schema.additionalProperties;
      if (values.type === "array" && values.items !== undefined) {
        return { mapOfLists: this.#scalar(values.items), ...atomic };
      }
      return { map: this.#scalar(values), ...atomic };
    }
    return { is: this.#scalar(schema), ...atomic };
  }
}

if (process.argv[1] === import.meta.filename) {
  const source = process.argv[2] ?? join(import.meta.dirname, "../../../../shared/reference/kubernetes-1.34");
  writeFileSync(target, await distil(resolve(source)));
}
