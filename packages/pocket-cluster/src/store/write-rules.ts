import type { KubeObject, ObjectKey, WriteOptions } from "./contract.ts";
import * as errors from "./errors.ts";
import { readOwnerships, writeOwnerships } from "./fields/ownership.ts";
import type { Ownership } from "./fields/ownership.ts";
import { at, equal, isObject, without } from "./json.ts";
import type { Draft, Json, JsonObject } from "./json.ts";
import { zeroObject } from "./types/decode.ts";
import type { ServedType } from "./types/served-type.ts";

/** What a write may touch of an object, and what it must leave as it is. */

/** A server's metadata: no write changes it. */
export const SYSTEM_METADATA = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "resourceVersion",
] as const;

export function hasStatus(served: ServedType): boolean {
  return served.type.subresources.includes("status");
}

/** A new object's status is the server's to set; a type that always shows one gets the zero one. */
export function dropStatus(served: ServedType, draft: Draft): void {
  const zero = served.custom ? undefined : zeroObject(served.shape)["status"];
  if (zero === undefined) delete draft["status"];
  else draft["status"] = zero;
}

/** Puts back from the live object what a request to this subresource does not write. Returns the draft's metadata. */
export function keepUnwritten(
  served: ServedType,
  draft: Draft,
  live: KubeObject,
  subresource: WriteOptions["subresource"],
): Draft {
  const keep = (target: Draft, source: Readonly<Record<string, unknown>>, names: Iterable<string>) => {
    for (const name of names) {
      if (source[name] === undefined) Reflect.deleteProperty(target, name);
      else target[name] = source[name] as Json;
    }
  };
  const written = metadataOf(draft);
  const all = [...Object.keys(draft), ...Object.keys(live).filter((name) => !(name in draft))];
  let metadata = written;
  if (subresource === "status") {
    keep(
      draft,
      live,
      all.filter((name) => name !== "status"),
    );
    // Only a built-in object's metadata can be written together with its status.
    metadata = served.custom ? { ...(live.metadata as unknown as Draft) } : written;
    if (served.rules.statusKeepsLabels === true) keep(metadata, live.metadata, ["labels"]);
  } else if (subresource === "finalize") {
    const spec = draft["spec"];
    keep(draft, live, all);
    draft["spec"] = spec ?? {};
    metadata = { ...(live.metadata as unknown as Draft) };
  } else if (hasStatus(served)) keep(draft, live, ["status"]);
  keep(metadata, live.metadata, SYSTEM_METADATA);
  draft["metadata"] = metadata;
  return metadata;
}

export function checkName(body: JsonObject, key: ObjectKey): void {
  const name = at(body, "metadata", "name");
  if (typeof name === "string" && name !== "" && name !== key.name) {
    throw errors.badRequest(`the name of the object (${name}) does not match the name on the URL (${key.name})`);
  }
}

export function checkVersion(served: ServedType, live: KubeObject, metadata: Draft, options: WriteOptions): void {
  const { name, uid, resourceVersion } = live.metadata;
  const given = metadata["resourceVersion"];
  if (given === undefined || given === "") {
    if (served.rules.conditionalUpdate === true && options.subresource === undefined) {
      throw errors.invalidObject(served.type, name, [
        errors.invalid("metadata.resourceVersion", 0, "must be specified for an update"),
      ]);
    }
  } else if (given !== resourceVersion) throw errors.conflict(served.type, name, errors.OBJECT_MODIFIED);
  const givenUid = metadata["uid"];
  if (givenUid !== undefined && givenUid !== "" && givenUid !== uid) {
    throw errors.conflict(
      served.type,
      name,
      `Precondition failed: UID in precondition: ${JSON.stringify(givenUid).slice(1, -1)}, UID in object meta: ${uid}`,
    );
  }
}

/** Owners that the request itself edits; an empty entry resets them all. */
export function givenOwners(metadata: Draft): readonly Ownership[] | undefined {
  const given = metadata["managedFields"];
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const owners = readOwnerships(given);
  if (owners.length > 0) return owners;
  return given.length === 1 && isObject(given[0]) && Object.keys(given[0]).length === 0 ? [] : undefined;
}

export function setOwners(metadata: Draft, owners: readonly Ownership[]): void {
  if (owners.length === 0) delete metadata["managedFields"];
  else metadata["managedFields"] = writeOwnerships(owners);
}

/** A write that changes nothing keeps the version, and the times of its owners. */
export function isSame(
  draft: Draft,
  live: KubeObject,
  owners: readonly Ownership[],
  before: readonly Ownership[],
): boolean {
  const timeless = (list: readonly Ownership[]) => writeOwnerships(list.map((each) => ({ ...each, time: undefined })));
  const metadata = without(metadataOf(draft), "managedFields");
  const liveMetadata = without(live.metadata, "managedFields");
  return (
    equal({ ...draft, metadata: null }, { ...live, metadata: null }) &&
    equal(metadata, liveMetadata) &&
    equal(timeless(owners), timeless(before))
  );
}

/** Whether the last finalizer of a deleted object went with this write. */
export function isLetGo(served: ServedType, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  return served.rules.letGo?.(object) ?? true;
}

export function metadataOf(draft: Draft): Draft {
  const metadata = (draft["metadata"] ?? {}) as Draft;
  draft["metadata"] = metadata;
  return metadata;
}

export function asObject(value: Draft): KubeObject {
  return value as unknown as KubeObject;
}

export function placeInNamespace(served: ServedType, metadata: Draft, namespace: string | undefined): void {
  if (!served.type.namespaced) {
    delete metadata["namespace"];
    return;
  }
  if (namespace === undefined) return;
  if (metadata["namespace"] !== undefined && metadata["namespace"] !== namespace) {
    throw errors.badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["namespace"] = namespace;
}
