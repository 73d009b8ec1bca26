import type { FieldProblem } from "../errors.ts";
import { isList, isObject } from "../json.ts";
import type { Json } from "../json.ts";
import { CelError, compileCel } from "./cel.ts";
import type { Program, Value } from "./cel.ts";
import { hasRules } from "./schema.ts";
import type { Schema, ValidationRule } from "./schema.ts";

/** `x-kubernetes-validations`: rules in CEL that a value, `self`, must fulfil; on updates also against its old value, `oldSelf`. */

/** After such problems a rule could fail for the wrong reason, so none is run. */
const BLOCKING = new Set<FieldProblem["reason"]>([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const programs = new Map<string, Program | undefined>();

/** The compiled rule; `undefined` when it uses more of CEL than we have. */
function programOf(rule: string): Program | undefined {
  if (!programs.has(rule)) {
    try {
      programs.set(rule, compileCel(rule));
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      programs.set(rule, undefined);
    }
  }
  return programs.get(rule);
}

/** The rules of a schema that we cannot run: whoever defines the type is warned. */
export function unenforcedRules(schema: Schema): string[] {
  const own = (schema["x-kubernetes-validations"] ?? [])
    .map(({ rule }) => rule)
    .filter((rule) => programOf(rule) === undefined);
  const parts = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return [...own, ...parts.flatMap((part) => (typeof part === "object" ? unenforcedRules(part) : []))];
}

/** What the rules say of an object whose schema problems are known. */
export function ruleProblems(
  schema: Schema,
  value: Json,
  old: Json | undefined,
  found: readonly FieldProblem[],
): FieldProblem[] {
  if (!hasRules(schema)) return [];
  if (found.some((problem) => BLOCKING.has(problem.reason))) {
    return [
      {
        field: "<nil>",
        reason: "FieldValueInvalid",
        message:
          "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
      },
    ];
  }
  const problems: FieldProblem[] = [];
  visit(schema, value, old, "", problems);
  return problems;
}

function visit(schema: Schema, value: Json, old: Json | undefined, path: string, problems: FieldProblem[]): void {
  for (const rule of schema["x-kubernetes-validations"] ?? []) {
    const problem = check(rule, schema, value, old, path);
    if (problem !== undefined) problems.push(problem);
  }
  if (isList(value) && schema.items !== undefined) {
    const { items } = schema;
    value.forEach((item, index) => visit(items, item, counterpart(schema, item, old), `${path}[${index}]`, problems));
  }
  if (!isObject(value)) return;
  for (const [name, part] of Object.entries(value)) {
    const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
    const partSchema = schema.properties?.[name] ?? more;
    if (partSchema === undefined || !hasRules(partSchema)) continue;
    visit(partSchema, part, isObject(old) ? old[name] : undefined, path === "" ? name : `${path}.${name}`, problems);
  }
}

/** The old item of a list by key; items of other lists have no past. */
function counterpart(schema: Schema, item: Json, old: Json | undefined): Json | undefined {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || !isList(old) || !isObject(item)) return undefined;
  return old.find((each) => isObject(each) && keys.every((key) => each[key] === item[key]));
}

function check(
  rule: ValidationRule,
  schema: Schema,
  value: Json,
  old: Json | undefined,
  path: string,
): FieldProblem | undefined {
  const transition = /\boldSelf\b/.test(rule.rule);
  if (transition && old === undefined && rule.optionalOldSelf !== true) return undefined;
  const program = programOf(rule.rule);
  if (program === undefined) return undefined;
  const scope = new Map<string, Value>([["self", value]]);
  if (transition && old !== undefined) scope.set("oldSelf", old);
  let why: string;
  try {
    if (program(scope) === true) return undefined;
    why = messageOf(rule, scope);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    why = `rule evaluation error: ${error.message}`;
  }
  const field = `${path}${rule.fieldPath ?? ""}`;
  const reason = (rule.reason ?? "FieldValueInvalid") as FieldProblem["reason"];
  const shown = JSON.stringify(schema.type ?? "object");
  const messages: Partial<Record<FieldProblem["reason"], string>> = {
    FieldValueRequired: `Required value: ${why}`,
    FieldValueForbidden: `Forbidden: ${why}`,
    FieldValueDuplicate: `Duplicate value: ${shown}`,
  };
  return {
    field: field === "" ? "<nil>" : field,
    reason,
    message: messages[reason] ?? `Invalid value: ${shown}: ${why}`,
  };
}

function messageOf(rule: ValidationRule, scope: ReadonlyMap<string, Value>): string {
  const expression = rule.messageExpression === undefined ? undefined : programOf(rule.messageExpression);
  if (expression !== undefined) {
    try {
      const text = expression(scope);
      if (typeof text === "string" && text.trim() !== "") return text;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
    }
  }
  return rule.message ?? `failed rule: ${rule.rule}`;
}
