import { ApiError } from "../store/index.ts";
import type { DeleteOptions, ListOptions, WriteOptions } from "../store/index.ts";
import { badRequest } from "./answer.ts";

/** Query options of the API (`metav1.ListOptions` and its siblings), read from a request and checked as a real server does. */

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

const FIELD_MANAGER_MAX = 128;

/** `kind` names the options in messages: CreateOptions, UpdateOptions, PatchOptions. */
export function writeOptions(query: URLSearchParams, userAgent: string | undefined, kind: string): WriteOptions {
  const options: Draft<WriteOptions> = {};
  if (isDryRun(query.getAll("dryRun"), kind)) options.dryRun = true;
  const manager = query.get("fieldManager");
  if (manager !== null && manager.length > FIELD_MANAGER_MAX) {
    throw invalidOption(
      kind,
      "fieldManager",
      "FieldValueTooLong",
      `Too long: may not be more than ${FIELD_MANAGER_MAX} bytes`,
    );
  }
  options.fieldManager = manager === null || manager === "" ? managerFromUserAgent(userAgent) : manager;
  const validation = query.get("fieldValidation");
  if (validation === "Ignore" || validation === "Warn" || validation === "Strict") options.fieldValidation = validation;
  else if (validation !== null && validation !== "") {
    throw notSupported(kind, "fieldValidation", validation, ["Ignore", "Strict", "Warn"]);
  }
  return options;
}

/** A client that names no manager is known by its program: "kubectl" of "kubectl/v1.32.4 (linux/amd64)". */
function managerFromUserAgent(userAgent = ""): string {
  const name = (userAgent.split("/")[0] ?? "").replace(/[\u0000-\u001f\u007f]/g, "").slice(0, FIELD_MANAGER_MAX);
  return name === "" ? "unknown" : name;
}

export function listOptions(query: URLSearchParams): ListOptions {
  const options: Draft<ListOptions> = {};
  const labelSelector = query.get("labelSelector");
  const fieldSelector = query.get("fieldSelector");
  const limit = integerOption(query, "limit");
  const token = query.get("continue");
  if (labelSelector !== null) options.labelSelector = labelSelector;
  if (fieldSelector !== null) options.fieldSelector = fieldSelector;
  if (limit !== undefined) options.limit = limit;
  if (token !== null) options.continue = token;
  return options;
}

/** From the query and, where the client sent one, a DeleteOptions body; the body wins. */
export function deleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const given = (body ?? {}) as Readonly<Record<string, unknown>>;
  const options: Draft<DeleteOptions> = {};
  const dryRun = Array.isArray(given["dryRun"]) ? (given["dryRun"] as unknown[]).map(String) : query.getAll("dryRun");
  if (isDryRun(dryRun, "DeleteOptions")) options.dryRun = true;

  const grace = given["gracePeriodSeconds"] ?? integerOption(query, "gracePeriodSeconds");
  if (typeof grace === "number") options.gracePeriodSeconds = grace;

  const orphan = given["orphanDependents"] ?? booleanOption(query, "orphanDependents");
  const policy = given["propagationPolicy"] ?? query.get("propagationPolicy");
  if (policy === "Orphan" || policy === "Background" || policy === "Foreground") options.propagationPolicy = policy;
  else if (typeof policy === "string" && policy !== "") {
    throw notSupported("DeleteOptions", "propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"]);
  } else if (typeof orphan === "boolean") options.propagationPolicy = orphan ? "Orphan" : "Background";

  const preconditions = given["preconditions"];
  if (typeof preconditions === "object" && preconditions !== null) options.preconditions = preconditions;
  return options;
}

function isDryRun(values: readonly string[], kind: string): boolean {
  const unknown = values.find((value) => value !== "All" && value !== "");
  if (unknown !== undefined) throw notSupported(kind, "dryRun", unknown, ["All"]);
  return values.includes("All");
}

export function integerOption(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

export function booleanOption(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : !["false", "0", "f", "F", "FALSE", "False"].includes(text);
}

export function invalidOption(kind: string, field: string, reason: string, message: string): ApiError {
  return new ApiError(422, "Invalid", `${kind}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: "meta.k8s.io",
    kind,
    causes: [{ reason, message, field }],
  });
}

function notSupported(kind: string, field: string, value: string, supported: readonly string[]): ApiError {
  const names = supported.map((each) => JSON.stringify(each)).join(", ");
  return invalidOption(
    kind,
    field,
    "FieldValueNotSupported",
    `Unsupported value: ${JSON.stringify(value)}: supported values: ${names}`,
  );
}
