import { fleetJsonSchema } from "../../packages/holdfast/src/core/spec/index.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Record<string, Schema>;
}

const schema = fleetJsonSchema() as Schema;

export function fleetFilePage(): string {
  const sections = Object.entries(schema.$defs ?? {})
    .filter(([, definition]) => definition.properties !== undefined)
    .map(([name, definition]) =>
      `## ${name}\n\n${definition.description ?? ""}\n\n${table(definition)}`.replace("\n\n\n\n", "\n\n"),
    );
  return `# The fleet file

${schema.description ?? ""} YAML or JSON; a key that is not listed here is an error. \`holdfast schema\` prints the same as JSON
Schema, from which editors complete. Examples: [ratings](../../examples/ratings/holdfast.yaml),
[ratings-azure-stack-hub](../../examples/ratings-azure-stack-hub/holdfast.yaml). This page is generated: \`npm run docs\`.

**Ahead of the program.** A file also says what later versions will act on. Today these are checked for their form and for names that exist,
and no more: availability under \`objectives\`; a Hub's quotas, machine sizes, network details and service principal; schedule and rehearsal of \`backups\`; \`stages\` of \`delivery\`; groups and roles under \`access\`; workspace, retention and alert mail under
\`monitoring\`; \`unattendedUpgrades\` under \`maintenance\`.

## The whole

${table(schema)}
${sections.join("\n")}`;
}

function table(map: Schema): string {
  const rows = keys(map, "").map(
    ({ key, property, required }) =>
      `| \`${key}\` | ${type(property)} | ${required ? "**required**" : defaultOf(property)} | ${cell(property.description ?? definitionOf(property)?.description ?? "")} |`,
  );
  return `| key | type | default | |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** Maps within maps are shown by dotted keys: `peering.ingress`. */
function keys(schema: Schema, prefix: string): { key: string; property: Schema; required: boolean }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = prefix + name;
    const own = { key, property, required: schema.required?.includes(name) ?? false };
    if (property.properties !== undefined) return [own, ...keys(property, `${key}.`)];
    if (property.items?.properties !== undefined) return [own, ...keys(property.items, `${key}[].`)];
    return [own];
  });
}

function definitionOf({ $ref }: Schema): Schema | undefined {
  return $ref === undefined ? undefined : schema.$defs?.[$ref.replace("#/$defs/", "")];
}

function type(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "");
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', "")}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(" · ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return [...new Set(options.map(type))].join(" or ");
  if (schema.prefixItems !== undefined) return `list of ${schema.prefixItems.length}`;
  if (schema.type === "array") return `list of ${schema.items === undefined ? "anything" : type(schema.items)}`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object")
    return `map to ${type(schema.additionalProperties)}`;
  if (schema.type === "object") return "map";
  if (schema.type === "integer" && schema.maximum !== undefined) return `${schema.minimum ?? 0} to ${schema.maximum}`;
  return (
    { string: "text", number: "number", integer: "whole number", boolean: "true · false" }[schema.type ?? ""] ??
    "anything"
  );
}

function defaultOf(schema: Schema): string {
  return schema.default === undefined ? "" : `\`${cell(JSON.stringify(schema.default))}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
