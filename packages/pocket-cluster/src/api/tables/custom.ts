import type { KubeObject } from "../../store/contract.ts";
import { ageColumn, nameColumn } from "./columns.ts";
import type { Column } from "./columns.ts";
import { items, since, text } from "./reading.ts";

/** The `additionalPrinterColumns` of one version of a CustomResourceDefinition; the object's age where it has none. */
export function customColumns(definition: KubeObject, version: string): readonly Column[] {
  const served = items(definition, "spec.versions").find((each) => text(each, "name") === version);
  const extra = items(served, "additionalPrinterColumns").map(customColumn);
  return [nameColumn, ...(extra.length === 0 ? [ageColumn] : extra)];
}

function customColumn(definition: unknown): Column {
  const path = text(definition, "jsonPath");
  const type = text(definition, "type") as Column["definition"]["type"];
  return {
    definition: {
      name: text(definition, "name"),
      type,
      format: text(definition, "format"),
      description: text(definition, "description") || `Custom resource definition column (in JSONPath format): ${path}`,
      priority: Number(text(definition, "priority")),
    },
    cell: (object, now) => cellOf(jsonPath(object, path), type, now),
  };
}

function cellOf(found: readonly unknown[], type: string, now: number): unknown {
  const [first] = found;
  if (first === undefined || first === null) return null;
  switch (type) {
    case "integer":
      return typeof first === "number" ? Math.trunc(first) : null;
    case "number":
      return typeof first === "number" ? first : null;
    case "boolean":
      return typeof first === "boolean" ? first : null;
    case "date":
      return since(first, now);
    default:
      return found.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" ");
  }
}

const STEP =
  /\.?(?<field>(?:\\\.|[\w-])+)|\[(?<index>-?\d+|\*)\]|\['(?<quoted>[^']*)'\]|\[\?\(@\.(?<where>[\w.-]+)\s*==\s*(?<quote>["'])(?<equals>.*?)\k<quote>\)\]/y;

/** The JSONPath that printer columns use: fields, `[0]`, `[*]`, `['a.b']` and `[?(@.type=="Ready")]`. Anything else finds nothing. */
export function jsonPath(object: unknown, path: string): readonly unknown[] {
  let found: readonly unknown[] = [object];
  STEP.lastIndex = 0;
  for (let at = 0; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const step = STEP.exec(path)?.groups;
    if (step === undefined) return [];
    found = found.flatMap((value) => follow(value, step)).filter((value) => value !== undefined);
  }
  return found;
}

function follow(value: unknown, step: Readonly<Record<string, string | undefined>>): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const { index, where, equals } = step;
  const field = step["quoted"] ?? step["field"]?.replaceAll("\\.", ".");
  if (field !== undefined) return [(value as Readonly<Record<string, unknown>>)[field]];
  if (!Array.isArray(value)) return [];
  if (where !== undefined) return value.filter((each) => text(each, where) === equals);
  return index === "*" ? value : [value.at(Number(index))];
}
