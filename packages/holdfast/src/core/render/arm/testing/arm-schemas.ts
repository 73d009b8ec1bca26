import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { reference, referenceJson } from "../../../azure-stack-hub/testing/reference.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Document {
  readonly id: string;
  readonly title: string;
  readonly definitions?: Schema;
  readonly resourceDefinitions?: Readonly<Record<string, Schema>>;
}

/** Fields that Resource Manager itself reads, so the schema of a resource need not have them. */
const ENVELOPE = { condition: true, dependsOn: true, scope: true, location: true, tags: true };

/** `<type in small letters> <api version>` -> a validator that also refuses what the schema does not know. */
export function resourceValidators(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  const documents = documentsIn("arm-schemas").filter(({ title }) => !title.startsWith("Template"));
  for (const document of documents) ajv.addSchema(closedDocument(document));
  const validators = new Map<string, ValidateFunction>();
  for (const { id, resourceDefinitions = {} } of documents) {
    for (const [name, definition] of Object.entries(resourceDefinitions)) {
      const properties = definition["properties"] as Record<string, { readonly enum?: readonly string[] }>;
      const type = properties["type"]?.enum?.[0] ?? "";
      const apiVersion = properties["apiVersion"]?.enum?.[0] ?? "";
      validators.set(
        `${type.toLowerCase()} ${apiVersion}`,
        // Compiling all would take a while: on first use only.
        lazily(() => ajv.compile({ $ref: `${id.replace(/#$/, "")}#/resourceDefinitions/${name}` })),
      );
    }
  }
  return validators;
}

function lazily(make: () => ValidateFunction): ValidateFunction {
  let made: ValidateFunction | undefined;
  const validate = ((value: unknown) => {
    made ??= make();
    const valid = made(value);
    validate.errors = made.errors ?? null;
    return valid;
  }) as ValidateFunction;
  return validate;
}

function documentsIn(folder: string): readonly Document[] {
  const base = join(reference ?? "", folder);
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return files
    .filter((name) => !/deployment(?:Template|Parameters)\.json$/.test(name))
    .map((name) => inOurLetters(referenceJson(join(folder, name)) as Document));
}

/** Resource Manager compares the names of types without case, and one schema has its own in small letters. */
function inOurLetters(document: Document): Document {
  const text = JSON.stringify(document).replaceAll("Network/trafficmanagerprofiles", "Network/trafficManagerProfiles");
  return JSON.parse(text) as Document;
}

/** They are draft 4, of whose differences to what Ajv reads they use one: `id`. `exclusiveMinimum` stands in none. */
function closedDocument(document: Document): Schema {
  if (JSON.stringify(document).includes('"exclusiveMinimum"')) throw new Error("draft 4's exclusiveMinimum is a flag");
  const { definitions = {}, resourceDefinitions = {}, id } = document;
  const resources = Object.entries(resourceDefinitions).map(([name, definition]) => {
    const closed = closedSchema(definition) as { readonly properties: object };
    return [name, { ...closed, properties: { ...ENVELOPE, ...closed.properties } }] as const;
  });
  return {
    $id: id.replace(/#$/, ""),
    definitions: closedSchema(definitions),
    resourceDefinitions: Object.fromEntries(resources),
  };
}

/** A schema lets unknown fields pass; Resource Manager often ignores them, which is worse: nobody sees the misspelt one. */
function closedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closedSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, closedSchema(member)]));
  const { type, properties, additionalProperties } = schema as Schema;
  const isObject = type === "object" && typeof properties === "object" && additionalProperties === undefined;
  return isObject && !isOpen(schema) ? { ...members, additionalProperties: false } : members;
}

/** Extensions have each their own settings; the generic one's are open, and it leaves out half of the fields. */
function isOpen(schema: object): boolean {
  const { properties } = schema as { readonly properties: Schema };
  return "publisher" in properties && "typeHandlerVersion" in properties;
}
