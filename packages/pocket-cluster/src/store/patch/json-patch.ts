import { copy, equal, isList, isObject } from "../json.ts";
import type { Draft, Json } from "../json.ts";

/** Why a patch cannot be applied. */
export class JsonPatchError extends Error {
  /** The patch itself is no patch (400), or it does not fit the object (422). */
  readonly malformed: boolean;
  constructor(message: string, malformed = false) {
    super(message);
    this.name = "JsonPatchError";
    this.malformed = malformed;
  }
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** What one patch may copy in all; a server's own limit is 3 MiB of object. */
const OPERATIONS_MAX = 10_000;

/** RFC 6902. All operations or none: works on a copy. */
export function applyJsonPatch(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch))
    throw new JsonPatchError("json: cannot unmarshal object into Go value of type jsonpatch.Patch", true);
  if (patch.length > OPERATIONS_MAX) {
    throw new JsonPatchError(
      `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`,
      true,
    );
  }
  let document = copy(target);
  for (const operation of patch as unknown[]) document = apply(document, parseOperation(operation));
  return document;
}

function parseOperation(value: unknown): Operation {
  if (!isObject(value)) throw new JsonPatchError("json: cannot unmarshal operation", true);
  const { op, path, from } = value;
  if (typeof op !== "string" || typeof path !== "string")
    throw new JsonPatchError("operation without op or path", true);
  return {
    op,
    path,
    ...(typeof from === "string" ? { from } : {}),
    ...("value" in value ? { value: value["value"] } : {}),
  };
}

function apply(document: Json, operation: Operation): Json {
  const path = pointer(operation.path);
  switch (operation.op) {
    case "add":
      return add(document, path, copy(valueOf(operation)));
    case "remove":
      return remove(document, path);
    case "replace":
      read(document, path);
      return path.length === 0 ? copy(valueOf(operation)) : set(document, path, copy(valueOf(operation)));
    case "move": {
      const from = pointer(operation.from ?? "");
      const value = read(document, from);
      return add(remove(document, from), path, value);
    }
    case "copy":
      return add(document, path, copy(read(document, pointer(operation.from ?? ""))));
    case "test":
      if (!equal(readOrNull(document, path), operation.value ?? null)) {
        throw new JsonPatchError(`testing value ${operation.path} failed: test failed`);
      }
      return document;
    default:
      throw new JsonPatchError(`Unexpected kind: ${operation.op}`, true);
  }
}

function valueOf(operation: Operation): Json {
  if (operation.value === undefined) throw new JsonPatchError(`${operation.op} operation without value`, true);
  return operation.value;
}

/** RFC 6901. */
function pointer(text: string): string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw new JsonPatchError(`pointer ${text} does not start with /`);
  return text
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: Json, path: readonly string[]): Json {
  let current = document;
  for (const part of path) {
    const next = isList(current)
      ? current[index(part, current.length - 1)]
      : isObject(current)
        ? current[part]
        : undefined;
    if (next === undefined) throw new JsonPatchError(`missing path /${path.join("/")}`);
    current = next;
  }
  return current;
}

/** A test of what is not there compares with null, as the server's library does. */
function readOrNull(document: Json, path: readonly string[]): Json {
  try {
    return read(document, path);
  } catch (error) {
    if (error instanceof JsonPatchError) return null;
    throw error;
  }
}

function index(part: string, max: number): number {
  if (!/^(0|[1-9]\d*)$/.test(part)) throw new JsonPatchError(`${part} is not a list position`);
  const position = Number(part);
  if (position > max) throw new JsonPatchError(`list position ${part} is out of bounds`);
  return position;
}

/** The container that the last part of the path lives in; the document is our own copy, so it may be changed. */
function container(document: Json, path: readonly string[]): Json[] | Draft {
  const parent = read(document, path.slice(0, -1));
  if (isList(parent)) return parent as Json[];
  if (isObject(parent)) return parent;
  throw new JsonPatchError(`/${path.slice(0, -1).join("/")} holds no fields`);
}

function add(document: Json, path: readonly string[], value: Json): Json {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = container(document, path);
  if (Array.isArray(parent)) parent.splice(last === "-" ? parent.length : index(last, parent.length), 0, value);
  else parent[last] = value;
  return document;
}

function set(document: Json, path: readonly string[], value: Json): Json {
  const last = path.at(-1) ?? "";
  const parent = container(document, path);
  if (Array.isArray(parent)) parent[index(last, parent.length - 1)] = value;
  else parent[last] = value;
  return document;
}

function remove(document: Json, path: readonly string[]): Json {
  const last = path.at(-1);
  if (last === undefined) return null;
  read(document, path);
  const parent = container(document, path);
  if (Array.isArray(parent)) parent.splice(index(last, parent.length - 1), 1);
  else Reflect.deleteProperty(parent, last);
  return document;
}
