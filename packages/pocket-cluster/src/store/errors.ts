import { ApiError } from "./contract.ts";
import type { ResourceType } from "./contract.ts";

/** The answers of a real server, word for word: clients match on reason and code, people read the message. */

/** One thing wrong with an object's field. `message` starts with what is wrong: "Required value", "Invalid value: 3: ...". */
export interface FieldProblem {
  readonly field: string;
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueNotFound"
    | "FieldValueTypeInvalid";
  readonly message: string;
}

export function required(field: string, detail = ""): FieldProblem {
  return {
    field,
    reason: "FieldValueRequired",
    message: detail === "" ? "Required value" : `Required value: ${detail}`,
  };
}
export function invalid(field: string, value: unknown, detail: string): FieldProblem {
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${shown(value)}: ${detail}` };
}
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldProblem {
  const names = supported.map((each) => JSON.stringify(each)).join(", ");
  return {
    field,
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${names}`,
  };
}
export function duplicate(field: string, value: unknown): FieldProblem {
  return { field, reason: "FieldValueDuplicate", message: `Duplicate value: ${shown(value)}` };
}
export function forbiddenField(field: string, detail: string): FieldProblem {
  return { field, reason: "FieldValueForbidden", message: `Forbidden: ${detail}` };
}
export function tooLong(field: string, maxBytes: number): FieldProblem {
  return {
    field,
    reason: "FieldValueTooLong",
    message: `Too long: may not be more than ${maxBytes} bytes`,
  };
}

function shown(value: unknown): string {
  return value === undefined ? "null" : JSON.stringify(value);
}

function kindAndGroup(type: ResourceType): Record<string, string> {
  return type.group === "" ? { kind: type.resource } : { group: type.group, kind: type.resource };
}

/** "deployments.apps", as messages name a resource. */
function qualifiedResource(type: ResourceType): string {
  return type.group === "" ? type.resource : `${type.resource}.${type.group}`;
}
function qualifiedKind(type: ResourceType): string {
  return type.group === "" ? type.kind : `${type.kind}.${type.group}`;
}

export function notFound(type: ResourceType, name: string): ApiError {
  return new ApiError(404, "NotFound", `${qualifiedResource(type)} ${JSON.stringify(name)} not found`, {
    name,
    ...kindAndGroup(type),
  });
}

export function alreadyExists(type: ResourceType, name: string): ApiError {
  return new ApiError(409, "AlreadyExists", `${qualifiedResource(type)} ${JSON.stringify(name)} already exists`, {
    name,
    ...kindAndGroup(type),
  });
}

export function conflict(type: ResourceType, name: string, why: string): ApiError {
  return new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualifiedResource(type)} ${JSON.stringify(name)}: ${why}`,
    { name, ...kindAndGroup(type) },
  );
}

export const OBJECT_MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

/** A real server names the kind here, not the resource. */
export function preconditionFailed(type: ResourceType, name: string, why: string): ApiError {
  return new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualifiedKind(type)} ${JSON.stringify(name)}: ${why}`,
    { name, ...(type.group === "" ? {} : { group: type.group }), kind: type.kind },
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function forbidden(
  type: ResourceType,
  name: string,
  why: string,
  causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[],
): ApiError {
  return new ApiError(403, "Forbidden", `${qualifiedResource(type)} ${JSON.stringify(name)} is forbidden: ${why}`, {
    ...(name === "" ? {} : { name }),
    ...kindAndGroup(type),
    ...(causes === undefined ? {} : { causes }),
  });
}

export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

export function invalidObject(
  type: Pick<ResourceType, "group" | "kind">,
  name: string,
  problems: readonly FieldProblem[],
): ApiError {
  const lines = [...new Set(problems.map((problem) => `${problem.field}: ${problem.message}`))];
  const summary = lines.length === 1 ? (lines[0] ?? "") : `[${lines.join(", ")}]`;
  const kind = type.group === "" ? type.kind : `${type.kind}.${type.group}`;
  return new ApiError(422, "Invalid", `${kind} ${JSON.stringify(name)} is invalid: ${summary}`, {
    ...(name === "" ? {} : { name }),
    ...(type.group === "" ? {} : { group: type.group }),
    ...(type.kind === "" ? {} : { kind: type.kind }),
    causes: problems.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

/** The `Status` object that carries an error to the client. */
export function statusOf(error: ApiError): Record<string, unknown> {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: error.continueToken === undefined ? {} : { continue: error.continueToken },
    status: "Failure",
    message: error.message,
    ...(error.reason === "" ? {} : { reason: error.reason }),
    ...(error.details === undefined ? {} : { details: error.details }),
    code: error.code,
  };
}
