import { notSupported, required, tooLong } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { equal, isList, isObject } from "../json.ts";
import type { Json } from "../json.ts";
import type { Schema } from "./schema.ts";

/** What a value breaks of its schema, in a server's words. */
export function schemaProblems(schema: Schema, value: Json, path: string): FieldProblem[] {
  if (value === null && schema.nullable === true) return [];
  const problems = typeProblems(schema, value, path);
  if (problems.length > 0) return problems;
  if (schema.enum !== undefined && !schema.enum.some((each) => equal(each, value))) {
    problems.push(
      notSupported(
        path,
        value,
        schema.enum.map((each) => (typeof each === "string" ? each : JSON.stringify(each))),
      ),
    );
  }
  if (typeof value === "number") problems.push(...numberProblems(schema, value, path));
  if (typeof value === "string") problems.push(...stringProblems(schema, value, path));
  if (isList(value)) problems.push(...listProblems(schema, value, path));
  if (isObject(value)) problems.push(...objectProblems(schema, value, path));
  problems.push(...combinationProblems(schema, value, path));
  return problems;
}

function broken(path: string, value: Json, rule: string): FieldProblem {
  const subject = path === "" ? "" : `${path} in body `;
  return {
    field: path,
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(shown(value))}: ${subject}${rule}`,
  };
}

/** Objects and lists are named by their type. */
function shown(value: Json): Json {
  return isObject(value) ? "object" : isList(value) ? "array" : value;
}

function typeProblems(schema: Schema, value: Json, path: string): FieldProblem[] {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return Number.isInteger(value) || typeof value === "string" ? [] : [wrongType(value, "integer,string", path)];
  }
  if (schema.type === undefined) return [];
  const found = typeName(value);
  const fits = found === schema.type || (schema.type === "number" && found === "integer");
  return fits ? [] : [wrongType(value, schema.type, path)];
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (isList(value)) return "array";
  if (isObject(value)) return "object";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function wrongType(value: Json, wanted: string, path: string): FieldProblem {
  const found = JSON.stringify(typeName(value));
  return {
    field: path,
    reason: "FieldValueTypeInvalid",
    message: `Invalid value: ${found}: ${path} in body must be of type ${wanted}: ${found}`,
  };
}

function numberProblems(schema: Schema, value: number, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minimum, maximum, multipleOf } = schema;
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    problems.push(
      broken(path, value, `should be less than ${schema.exclusiveMaximum === true ? "" : "or equal to "}${maximum}`),
    );
  }
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    problems.push(
      broken(path, value, `should be greater than ${schema.exclusiveMinimum === true ? "" : "or equal to "}${minimum}`),
    );
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    problems.push(broken(path, value, `should be a multiple of ${multipleOf}`));
  }
  return problems;
}

function stringProblems(schema: Schema, value: string, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    problems.push(tooLong(path, schema.maxLength));
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    problems.push(broken(path, value, `should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    problems.push(broken(path, value, `should match '${schema.pattern}'`));
  }
  const format = schema.format === undefined ? undefined : formats[schema.format];
  if (format !== undefined && !format(value)) {
    problems.push(broken(path, value, `must be of type ${schema.format ?? ""}: ${JSON.stringify(value)}`));
  }
  return problems;
}

/** The formats that a server checks and that objects of the field use; others are documentation. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: (text) => /^([-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$|^[-+]?0$/.test(text),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  ipv4: (text) => /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
};

const patterns = new Map<string, RegExp>();

/** RE2, what schemas are written in, is all but a subset of what we have; inline flags are the exception. */
function patternOf(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    const [, flags = "", rest = pattern] = /^\(\?([is]+)\)(.*)$/s.exec(pattern) ?? [];
    compiled = new RegExp(rest, `u${flags}`);
    patterns.set(pattern, compiled);
  }
  return compiled;
}

function listProblems(schema: Schema, value: readonly Json[], path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    problems.push({
      field: path,
      reason: "FieldValueTooMany",
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    problems.push(broken(path, value.length, `should have at least ${schema.minItems} items`));
  }
  const listType = schema["x-kubernetes-list-type"];
  if (schema.uniqueItems === true || listType === "set" || listType === "map") {
    const keys = schema["x-kubernetes-list-map-keys"] ?? [];
    const seen = new Set<string>();
    value.forEach((item, index) => {
      const id =
        listType === "map" && isObject(item) ? Object.fromEntries(keys.map((key) => [key, item[key] ?? null])) : item;
      const text = JSON.stringify(id);
      if (seen.has(text)) {
        problems.push({
          field: `${path}[${index}]`,
          reason: "FieldValueDuplicate",
          message: `Duplicate value: ${text}`,
        });
      }
      seen.add(text);
    });
  }
  const { items } = schema;
  if (items !== undefined) {
    value.forEach((item, index) => problems.push(...schemaProblems(items, item, `${path}[${index}]`)));
  }
  return problems;
}

function objectProblems(schema: Schema, value: Readonly<Record<string, Json>>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  for (const name of schema.required ?? []) if (value[name] === undefined) problems.push(required(below(name)));
  const count = Object.keys(value).length;
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    problems.push(broken(path, count, `should have at least ${schema.minProperties} properties`));
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    problems.push({
      field: path,
      reason: "FieldValueTooMany",
      message: `Too many: ${count}: must have at most ${schema.maxProperties} items`,
    });
  }
  for (const [name, part] of Object.entries(value)) {
    const own = schema.properties?.[name];
    const other = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
    const partSchema = own ?? other;
    if (partSchema !== undefined) problems.push(...schemaProblems(partSchema, part, below(name)));
  }
  return problems;
}

function combinationProblems(schema: Schema, value: Json, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const fits = (each: Schema) => schemaProblems(each, value, path).length === 0;
  if (schema.allOf !== undefined && !schema.allOf.every(fits)) {
    problems.push(
      ...schema.allOf.flatMap((each) => schemaProblems(each, value, path)),
      broken(path, value, "must validate all the schemas (allOf)"),
    );
  }
  if (schema.anyOf !== undefined && !schema.anyOf.some(fits)) {
    problems.push(broken(path, value, "must validate at least one schema (anyOf)"));
  }
  if (schema.oneOf !== undefined) {
    const count = schema.oneOf.filter(fits).length;
    if (count !== 1) {
      const found = count === 0 ? "Found none valid" : `Found ${count} valid alternatives`;
      problems.push(broken(path, value, `must validate one and only one schema (oneOf). ${found}`));
    }
  }
  if (schema.not !== undefined && fits(schema.not)) {
    problems.push(broken(path, value, "must not validate the schema (not)"));
  }
  return problems;
}
