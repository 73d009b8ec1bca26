import { ApiError } from "../contract.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { equal, isList, isObject, without } from "../json.ts";
import type { StructShape } from "../types/shape.ts";
import { compare } from "./compare.ts";
import { difference, intersection, isEmpty, paths, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldsSet, merge, prune } from "./merge.ts";

/**
 * Who owns which field. Every write leaves its mark in metadata.managedFields: an update owns the fields that it changed, an
 * apply all fields that it speaks of. The intuition of server-side apply:
 *
 * - what I apply is merged over the live object, and I own exactly that from now on;
 * - what I applied last time and not now, and nobody else owns, is removed;
 * - what another manager owns I may repeat, but changing it is a conflict, unless I force it: then it is mine alone.
 *
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export interface Ownership {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  /** Absent on what a scale subresource writes. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Who writes. */
export interface Actor {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
}

/** More managers that updated than this share one entry, so that an object does not grow without limit. */
const UPDATE_MANAGERS_MAX = 10;

/** What nobody can own: the server sets it. */
const UNOWNED_METADATA = [
  "name",
  "namespace",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "uid",
  "generation",
  "resourceVersion",
  "managedFields",
] as const;

function ownable(object: JsonObject): JsonObject {
  const result = without(object, "apiVersion", "kind");
  const metadata = object["metadata"];
  result["metadata"] = isObject(metadata) ? without(metadata, ...UNOWNED_METADATA) : {};
  return result;
}

/** What an applied object speaks of: metadata that names it says nothing. */
function spokenOf(config: JsonObject): JsonObject {
  const object = ownable(config);
  return Object.keys(object["metadata"] as JsonObject).length === 0 ? without(object, "metadata") : object;
}

export function readOwnerships(managedFields: unknown): readonly Ownership[] {
  if (!isList(managedFields)) return [];
  return managedFields.flatMap((entry): Ownership[] => {
    if (!isObject(entry) || !isObject(entry["fieldsV1"])) return [];
    const { manager, operation, apiVersion, subresource, time } = entry;
    return [
      {
        manager: typeof manager === "string" ? manager : "",
        operation: operation === "Apply" ? "Apply" : "Update",
        apiVersion: typeof apiVersion === "string" ? apiVersion : "",
        subresource: typeof subresource === "string" ? subresource : "",
        time: typeof time === "string" ? time : undefined,
        fields: entry["fieldsV1"] as unknown as FieldSet,
      },
    ];
  });
}

/** As metadata.managedFields lists them: appliers first, then by time and name. */
export function writeOwnerships(ownerships: readonly Ownership[]): Json[] {
  return [...ownerships].sort(byOrder).map((each) => ({
    manager: each.manager,
    operation: each.operation,
    apiVersion: each.apiVersion,
    ...(each.time === undefined ? {} : { time: each.time }),
    fieldsType: "FieldsV1",
    fieldsV1: each.fields,
    ...(each.subresource === "" ? {} : { subresource: each.subresource }),
  }));
}

function byOrder(a: Ownership, b: Ownership): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time ?? "", b.time ?? "") ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: Ownership, actor: Actor, operation: Ownership["operation"]): boolean {
  return (
    a.manager === actor.manager &&
    a.operation === operation &&
    a.subresource === actor.subresource &&
    // An applier is one, whatever version it applies.
    (operation === "Apply" || a.apiVersion === actor.apiVersion)
  );
}

/** The owners after an update made `after` of `before`. */
export function afterUpdate(
  shape: StructShape,
  before: JsonObject,
  after: JsonObject,
  owners: readonly Ownership[],
  actor: Actor,
): readonly Ownership[] {
  const { changed, removed } = compare(shape, ownable(before), ownable(after));
  if (isEmpty(changed) && isEmpty(removed)) return owners;
  const gone = union(changed, removed);
  const result: Ownership[] = [];
  let mine: FieldSet = changed;
  for (const owner of owners) {
    const fields = difference(owner.fields, gone);
    if (isSame(owner, actor, "Update")) mine = union(fields, mine);
    else if (!isEmpty(fields)) result.push({ ...owner, fields });
  }
  if (!isEmpty(mine)) result.push({ ...actor, operation: "Update", fields: mine });
  return withFewUpdaters(result);
}

/** The oldest updaters beyond the limit become one, as on a server. */
function withFewUpdaters(owners: readonly Ownership[]): readonly Ownership[] {
  const updaters = owners.filter((owner) => owner.operation === "Update").sort(byOrder);
  const excess = updaters.slice(0, Math.max(0, updaters.length - UPDATE_MANAGERS_MAX));
  if (excess.length === 0) return owners;
  const joined = updaters.slice(0, excess.length + 1);
  const last = joined.at(-1);
  if (last === undefined) return owners;
  const fields = joined.reduce<FieldSet>((all, owner) => union(all, owner.fields), {});
  return [
    ...owners.filter((owner) => !joined.includes(owner)),
    { ...last, manager: "ancient-changes", subresource: "", fields },
  ];
}

export interface Applied {
  readonly object: Draft;
  readonly owners: readonly Ownership[];
}

/** Applies `config` to `live`; throws the 409 that lists what others own, unless `force`. */
export function apply(
  shape: StructShape,
  live: JsonObject,
  config: JsonObject,
  owners: readonly Ownership[],
  actor: Actor,
  force: boolean,
): Applied {
  const mine = fieldsSet(shape, spokenOf(config));
  const last = owners.find((owner) => isSame(owner, actor, "Apply"));
  const others = owners.filter((owner) => owner !== last);
  const merged = merge(shape, live, config) as JsonObject;
  let object = merged;
  if (last !== undefined && !isEmpty(last.fields)) {
    const metadata: FieldSet = { "f:metadata": { "f:name": {} } };
    const owned = others.reduce((all, owner) => union(all, owner.fields), union(mine, metadata));
    object = prune(shape, merged, last.fields, owned) as JsonObject;
  }
  const { changed, removed } = compare(shape, ownable(live), ownable(object));
  const conflicts = others
    .map((owner) => ({ owner, fields: intersection(owner.fields, changed) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);

  const gone = union(changed, removed);
  const result: Ownership[] = others
    .map((owner) => ({ ...owner, fields: difference(owner.fields, gone) }))
    .filter((owner) => !isEmpty(owner.fields));
  if (!isEmpty(mine)) {
    const unchanged =
      last !== undefined && isEmpty(gone) && equal(last.fields, mine) && last.apiVersion === actor.apiVersion;
    result.push({ ...actor, operation: "Apply", time: unchanged ? last.time : actor.time, fields: mine });
  }
  return { object: object, owners: result };
}

function conflictError(conflicts: readonly { readonly owner: Ownership; readonly fields: FieldSet }[]): ApiError {
  const lines = conflicts.flatMap(({ owner, fields }) =>
    [...paths(fields)].map((path) => ({ manager: ownerText(owner), path })),
  );
  const [first] = lines;
  const managers = [...new Set(lines.map(({ manager }) => manager))].sort();
  const message =
    lines.length === 1 && first !== undefined
      ? `conflict with ${first.manager}: ${first.path}`
      : managers
          .flatMap((manager) => [
            `conflicts with ${manager}:`,
            ...lines.filter((line) => line.manager === manager).map(({ path }) => `- ${path}`),
          ])
          .join("\n");
  const count = lines.length === 1 ? "1 conflict" : `${lines.length} conflicts`;
  return new ApiError(409, "Conflict", `Apply failed with ${count}: ${message}`, {
    causes: lines.map(({ manager, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${manager}`,
      field: path,
    })),
  });
}

function ownerText(owner: Ownership): string {
  const name = JSON.stringify(owner.manager);
  const via = owner.subresource === "" ? "" : ` with subresource ${JSON.stringify(owner.subresource)}`;
  return `${name}${via}${owner.operation === "Update" ? ` using ${owner.apiVersion}` : ""}`;
}
