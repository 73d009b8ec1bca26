import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { close } from "./custom-resources.ts";
import type { Validators } from "./custom-resources.ts";

interface OpenApiDocument {
  readonly components?: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** Of a Kubernetes API server's own OpenAPI documents, with closed objects; read once. */
export function apiObjectValidators(reference: string): Validators {
  return (read ??= readDocuments(reference));
}

let read: Validators | undefined;

function readDocuments(reference: string): Validators {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const folder = join(reference, "shared/reference/kubernetes-1.34/openapi-v3");
  const references = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const document = JSON.parse(readFileSync(join(folder, name), "utf8")) as OpenApiDocument;
    if (document.components === undefined) continue;
    ajv.addSchema(close(document) as object, name);
    for (const [schema, { "x-kubernetes-group-version-kind": kinds = [] }] of Object.entries(
      document.components.schemas,
    )) {
      const [only, ...more] = kinds;
      if (only === undefined || more.length > 0 || !schema.endsWith(`.${only.kind}`)) continue;
      const { group, version, kind } = only;
      references.set(`${group === "" ? "" : `${group}/`}${version} ${kind}`, `${name}#/components/schemas/${schema}`);
    }
  }
  return {
    get: (kind) => {
      const $ref = references.get(kind);
      return $ref === undefined ? undefined : (ajv.getSchema($ref) ?? ajv.compile({ $ref }));
    },
  };
}
