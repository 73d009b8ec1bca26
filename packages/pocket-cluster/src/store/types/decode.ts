import { badRequest } from "../errors.ts";
import { copy, freeze, isList, isObject } from "../json.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { Field, Shape, StructShape } from "./shape.ts";

/**
 * Decoding gives a request's body the one form in which the store keeps built-in objects, as the server's decoding into Go
 * structures does: types checked, unknown fields dropped and reported, nulls and empty optional values left out, fields that
 * are always written filled with their zero value, quantities canonical. The result is a fresh copy.
 */
export interface Decoded {
  readonly object: Draft;
  /** `unknown field "spec.nonsense"`, in the order found. */
  readonly unknown: readonly string[];
}

/** A value that does not fit. `describe` makes the server's message of it. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DecodeError";
  }
}

export function decode(shape: StructShape, body: JsonObject): Decoded {
  const walk = new Walk();
  const object = walk.struct(shape, body, shortType(shape.name));
  return { object, unknown: walk.unknown };
}

/** As `decode`, with the answer that a server gives to a body that does not fit. */
export function decodeBody(shape: StructShape, body: JsonObject, kind: string, version: string): Decoded {
  try {
    return decode(shape, body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
}

/** The object with nothing said: what a server compares the first version of an object with. */
export function zeroObject(shape: StructShape): JsonObject {
  let zero = zeroObjects.get(shape);
  if (zero === undefined) {
    zero = freeze(zeroOf(shape));
    zeroObjects.set(shape, zero);
  }
  return zero;
}
const zeroObjects = new WeakMap<StructShape, JsonObject>();

function zeroOf(shape: StructShape): Draft {
  const zero: Draft = {};
  for (const [name, field] of shape.fields) {
    if (field.default !== undefined) zero[name] = field.shape.kind === "struct" ? zeroOf(field.shape) : field.default;
    else if (field.required || field.written) zero[name] = null;
  }
  return zero;
}

/** Strings where "" says something else than absence: Go pointers, which the OpenAPI documents do not tell from plain strings. */
const MEANINGFUL_EMPTY = new Set([
  "storageClassName",
  "ingressClassName",
  "runtimeClassName",
  "holderIdentity",
  "apiGroup",
]);

const GO_NAMES: Readonly<Record<string, string>> = {
  double: "float64",
  boolean: "bool",
  bytes: "[]uint8",
  time: "time.Time",
};

/** What leads to a value: a field's name, a position in a list, a map's [key]. */
type PathPart = string | number | readonly [string];

class Walk {
  readonly unknown: string[] = [];
  readonly #path: PathPart[] = [];

  struct(shape: StructShape, body: JsonObject, owner: string): Draft {
    const result: Draft = {};
    // Objects made by our own controllers may carry `undefined` where JSON would leave the field out.
    for (const [name, value] of Object.entries(body as Readonly<Record<string, Json | undefined>>)) {
      if (value === undefined) continue;
      const field = shape.fields.get(name);
      if (field === undefined) {
        if (shape.open) result[name] = copy(value);
        else this.unknown.push(`unknown field "${pathText([...this.#path, name])}"`);
        continue;
      }
      if (value === null) {
        continue;
      }
      this.#path.push(name);
      const decoded = this.value(field.shape, value, owner);
      this.#path.pop();
      if (!isOmitted(decoded, field, name)) result[name] = decoded;
    }
    for (const [name, field] of filledFields(shape)) {
      if (name in result) continue;
      if (field.default === undefined) result[name] = null;
      else result[name] = field.shape.kind === "struct" ? this.struct(field.shape, {}, "") : field.default;
    }
    return result;
  }

  value(shape: Shape, value: Json, owner: string): Json {
    switch (shape.kind) {
      case "struct":
        if (!isObject(value)) throw this.#mismatch(value, owner, goType(shape));
        return this.struct(shape, value, shortType(shape.name));
      case "list":
        if (!isList(value)) throw this.#mismatch(value, owner, goType(shape));
        return value.map((item, index) => {
          this.#path.push(index);
          const decoded = item === null ? zeroValue(shape.items) : this.value(shape.items, item, owner);
          this.#path.pop();
          return decoded;
        });
      case "map": {
        if (!isObject(value)) throw this.#mismatch(value, owner, goType(shape));
        const result: Draft = {};
        for (const [key, item] of Object.entries(value)) {
          this.#path.push([key]);
          result[key] = item === null ? zeroValue(shape.values) : this.value(shape.values, item, owner);
          this.#path.pop();
        }
        return result;
      }
      default:
        return this.#scalar(shape.kind, value, owner);
    }
  }

  #scalar(kind: string, value: Json, owner: string): Json {
    switch (kind) {
      case "any":
        return copy(value);
      case "string":
      case "bytes":
        if (typeof value !== "string") throw this.#mismatch(value, owner, kind === "bytes" ? "[]uint8" : "string");
        if (kind === "bytes" && !BASE64.test(value)) {
          throw new DecodeError(`illegal base64 data at input byte ${Math.max(0, value.search(/[^A-Za-z0-9+/]/))}`);
        }
        return value;
      case "time":
        if (typeof value !== "string") throw this.#mismatch(value, owner, "time.Time");
        if (Number.isNaN(Date.parse(value))) {
          throw new DecodeError(
            `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
          );
        }
        return value;
      case "boolean":
        if (typeof value !== "boolean") throw this.#mismatch(value, owner, "bool");
        return value;
      case "double":
        if (typeof value !== "number") throw this.#mismatch(value, owner, "float64");
        return value;
      case "int32":
      case "int64": {
        if (typeof value !== "number") throw this.#mismatch(value, owner, kind);
        const limit = kind === "int32" ? 2 ** 31 : 2 ** 63;
        if (!Number.isInteger(value) || value >= limit || value < -limit) {
          throw this.#mismatch(value, owner, kind, `number ${String(value)}`);
        }
        return value;
      }
      case "quantity": {
        const text = typeof value === "string" || typeof value === "number" ? canonicalQuantity(value) : undefined;
        if (text === undefined) {
          throw new DecodeError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
          );
        }
        return text;
      }
      case "intOrString":
        if (typeof value !== "string" && !(typeof value === "number" && Number.isInteger(value))) {
          throw this.#mismatch(value, owner, "int32");
        }
        return value;
      default:
        throw new Error(`unknown scalar ${kind}`);
    }
  }

  #mismatch(value: Json, owner: string, wanted: string, found = jsonType(value)): DecodeError {
    // Go's decoder names fields only.
    const path = pathText(this.#path.filter((part) => typeof part === "string"));
    return new DecodeError(`json: cannot unmarshal ${found} into Go struct field ${owner}.${path} of type ${wanted}`);
  }
}

/** The fields that are never absent; asked for at every structure, so they are looked up once. */
function filledFields(shape: StructShape): readonly (readonly [string, Field])[] {
  let filled = filledByShape.get(shape);
  if (filled === undefined) {
    filled = [...shape.fields].filter(([, field]) => field.default !== undefined || field.written);
    filledByShape.set(shape, filled);
  }
  return filled;
}
const filledByShape = new WeakMap<StructShape, readonly (readonly [string, Field])[]>();

/** `spec.containers[0].image` */
function pathText(path: readonly PathPart[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = typeof part === "string" ? part : part[0];
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

const BASE64 = /^(?:[A-Za-z0-9+/\r\n]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?[\r\n]*$/;

function isOmitted(value: Json, field: Field, name: string): boolean {
  if (field.shape.kind === "any") return false;
  if (value === "") return field.default === undefined && !field.required && !MEANINGFUL_EMPTY.has(name);
  if (isList(value)) return value.length === 0 && !field.required && !field.written;
  if (field.shape.kind === "map" && isObject(value)) {
    return Object.keys(value).length === 0 && !field.required;
  }
  return false;
}

function zeroValue(shape: Shape): Json {
  switch (shape.kind) {
    case "struct":
      return zeroOf(shape);
    case "list":
    case "map":
    case "any":
      return null;
    case "int32":
    case "int64":
    case "double":
    case "intOrString":
      return 0;
    case "boolean":
      return false;
    case "quantity":
      return "0";
    default:
      return "";
  }
}

function jsonType(value: Json): string {
  if (isList(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** "core.v1.Container" -> "Container", the name of the Go structure. */
function shortType(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function goType(shape: Shape): string {
  switch (shape.kind) {
    case "struct":
      return shape.name.split(".").slice(-2).join(".");
    case "list":
      return `[]${goType(shape.items)}`;
    case "map":
      return `map[string]${goType(shape.values)}`;
    default:
      return GO_NAMES[shape.kind] ?? shape.kind;
  }
}
