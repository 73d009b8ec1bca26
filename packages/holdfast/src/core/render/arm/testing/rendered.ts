import { unwrap } from "../../../../base/index.ts";
import { membersOf, parseFleet } from "../../../spec/index.ts";
import type { Fleet } from "../../../spec/index.ts";
import { exampleText } from "../../../spec/testing/examples.ts";
import type { Edit, ExampleName } from "../../../spec/testing/examples.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { armFamily } from "../index.ts";
import { evaluate } from "./expressions.ts";
import type { Scope } from "./expressions.ts";

export function exampleFleet(name: ExampleName, edits: readonly Edit[] = []): Fleet {
  return unwrap(parseFleet(exampleText(name, edits), "holdfast.yaml"));
}

export function filesOf(fleet: Fleet): readonly RenderedFile[] {
  const sites = new Set(membersOf(fleet).map(({ name }) => name));
  return [...armFamily.render(fleet, sites)].flatMap(({ files }) => files);
}

export function contentOf(fleet: Fleet, path: string): string {
  const file = filesOf(fleet).find((each) => each.path === path);
  if (file === undefined) throw new Error(`${path} is not rendered`);
  return file.content;
}

// Rendered data as Resource Manager would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Data = any;

export interface ReadTemplate {
  readonly path: string;
  /** As written. */
  readonly template: TemplateDocument;
  readonly values: ParametersDocument;
  /** With every expression evaluated, as if deployed with what the parameters file gives. */
  readonly deployed: { readonly resources: readonly Data[]; readonly outputs: Data };
  readonly used: Scope["used"];
}

interface TemplateDocument {
  readonly $schema: string;
  readonly parameters: Readonly<Record<string, { readonly type: string; readonly defaultValue?: unknown }>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources: readonly Data[];
  readonly outputs?: Data;
}

interface ParametersDocument {
  readonly parameters: Readonly<Record<string, Data>>;
}

export function templatesOf(fleet: Fleet): readonly ReadTemplate[] {
  const files = new Map(filesOf(fleet).map(({ path, content }) => [path, content]));
  return [...files.keys()]
    .filter((path) => path.endsWith(".json") && !path.endsWith(".parameters.json"))
    .map((path) => {
      const parameters = files.get(path.replace(/\.json$/, ".parameters.json"));
      if (parameters === undefined) throw new Error(`${path} has no parameters file`);
      const template = JSON.parse(files.get(path) ?? "") as TemplateDocument;
      return readTemplate(path, template, JSON.parse(parameters) as ParametersDocument);
    });
}

export function templateOf(fleet: Fleet, path: string): ReadTemplate {
  const template = templatesOf(fleet).find((each) => each.path === path);
  if (template === undefined) throw new Error(`${path} is not rendered`);
  return template;
}

function readTemplate(path: string, template: TemplateDocument, values: ParametersDocument): ReadTemplate {
  const used: Scope["used"] = { parameters: new Set(), variables: new Set(), references: new Set() };
  const scope: Scope = { parameters: {}, variables: template.variables ?? {}, resourceGroup: "group", used };
  const given = values.parameters as Readonly<Record<string, { readonly value?: unknown }>>;
  const parameters = Object.fromEntries(
    Object.entries(template.parameters).map(([name, { defaultValue }]) => [
      name,
      given[name]?.value ?? evaluate(defaultValue, scope) ?? `given-${name}`,
    ]),
  );
  used.parameters.clear();
  const { resources, outputs } = template as { readonly resources: unknown; readonly outputs?: unknown };
  const deployed = evaluate({ resources, outputs: outputs ?? {} }, { ...scope, parameters });
  return { path, template, values, deployed: deployed as ReadTemplate["deployed"], used };
}

/** The id that a resource of the template has once it is deployed. */
export function idOfResource({ type, name }: Data): string {
  const names = (name as string).split("/");
  const [provider, ...types] = (type as string).split("/");
  const parts = types.map((each, index) => `/${each}/${names[index] ?? ""}`).join("");
  return `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/group/providers/${provider ?? ""}${parts}`;
}

interface Policy {
  readonly objectId: string;
  readonly permissions: { readonly secrets: readonly string[] };
}

/** Who may do what with the secrets of a vault. */
export function policiesOf(vault: Data): Readonly<Record<string, readonly string[]>> {
  const { accessPolicies } = (vault as { readonly properties: { readonly accessPolicies: readonly Policy[] } })
    .properties;
  return Object.fromEntries(accessPolicies.map(({ objectId, permissions }) => [objectId, permissions.secrets]));
}
