import { prettyJson } from "../formats/index.ts";
import type { RenderedFile } from "../rendered-file.ts";

/** A template and the values for it. A secret has a name here and never a value. */
export interface Template {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
  readonly outputs?: Readonly<Record<string, Output>>;
}

export interface Parameter {
  readonly type: "string" | "securestring" | "bool" | "array";
  /** For people; it stands in the template. */
  readonly about: string;
  /** Stands in the parameters file, so that another value needs no other template. */
  readonly value?: unknown;
  /** Resource Manager reads the value from a vault when it deploys: id of the vault, name of the secret. */
  readonly secret?: { readonly vaultId: string; readonly name: string };
  /** Taken where nobody gives a value. */
  readonly byDefault?: unknown;
  /** Known only when it is deployed: how a shell gets at it. */
  readonly fromShell?: string;
}

export interface Resource extends ResourceBody {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
}

/** What only some resources have. */
export interface ResourceBody {
  readonly condition?: string;
  readonly kind?: string;
  readonly scope?: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly dependsOn?: readonly string[];
  readonly sku?: { readonly name: string };
  readonly plan?: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Output {
  readonly type: "string" | "array";
  readonly value: string;
}

const SCHEMAS = "https://schema.management.azure.com/schemas/2019-04-01";

/** `<path>.json` and, beside it, `<path>.parameters.json`. */
export function templateFiles(path: string, template: Template): readonly RenderedFile[] {
  return [
    { path: `${path}.json`, content: prettyJson(templateDocument(template)) },
    { path: `${path}.parameters.json`, content: prettyJson(parametersDocument(template)) },
  ];
}

function templateDocument({ parameters, variables, resources, outputs }: Template) {
  return {
    $schema: `${SCHEMAS}/deploymentTemplate.json#`,
    contentVersion: "1.0.0.0",
    parameters: mapValues(parameters, ({ type, about, byDefault }) => ({
      type,
      ...(byDefault === undefined ? {} : { defaultValue: byDefault }),
      metadata: { description: about },
    })),
    ...(variables === undefined ? {} : { variables }),
    resources,
    ...(outputs === undefined ? {} : { outputs }),
  };
}

function parametersDocument({ parameters }: Template) {
  const given = Object.entries(parameters).flatMap(([name, { value, secret }]): [string, unknown][] => {
    if (secret !== undefined)
      return [[name, { reference: { keyVault: { id: secret.vaultId }, secretName: secret.name } }]];
    return value === undefined ? [] : [[name, { value }]];
  });
  return {
    $schema: `${SCHEMAS}/deploymentParameters.json#`,
    contentVersion: "1.0.0.0",
    parameters: Object.fromEntries(given),
  };
}

function mapValues<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Everything stands where its resource group stands: no region in a template. */
export const HERE = "[resourceGroup().location]";

/** `parameters('name')`, to be put into an expression. */
export function parameter(name: string): string {
  return `parameters('${name}')`;
}

/** `resourceId(...)` of a resource in the template's own resource group; names are texts or expressions without brackets. */
export function idOf(type: string, ...names: readonly (string | Expression)[]): string {
  return `resourceId('${type}', ${names.map(inExpression).join(", ")})`;
}

export interface Expression {
  readonly expression: string;
}

/** A part of an expression that is no text of its own, such as `parameters('name')`. */
export function expression(text: string): Expression {
  return { expression: text };
}

function inExpression(part: string | Expression): string {
  return typeof part === "string" ? quote(part) : part.expression;
}

/** A text inside an expression. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value that is text whatever it begins with: Resource Manager takes what begins with a bracket for an expression. */
export function literal(text: string): string {
  return text.startsWith("[") ? `[${text}` : text;
}
