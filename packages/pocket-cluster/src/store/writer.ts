import type {
  DeleteOptions,
  Environment,
  KubeObject,
  ObjectKey,
  PatchType,
  WriteOptions,
  WriteResult,
} from "./contract.ts";
import { ApiError } from "./contract.ts";
import { alreadyExists, badRequest, conflict, forbidden, notFound, OBJECT_MODIFIED } from "./errors.ts";
import { equal, freeze, isObject } from "./json.ts";
import type { Draft, Json } from "./json.ts";
import type { RuleContext } from "./kinds/rules.ts";
import { randomSuffix, randomUid, timestamp } from "./names.ts";
import { applyJsonPatch, JsonPatchError } from "./patch/json-patch.ts";
import { applyMergePatch } from "./patch/merge-patch.ts";
import { apiVersionOf } from "./types/registry.ts";
import type { Registry, ServedType } from "./types/registry.ts";

/** What the writer needs of the store. */
export interface Shelf {
  readonly find: RuleContext["find"];
  readonly all: RuleContext["all"];
  /** Gives the draft the next version and keeps it; from then on it is frozen. */
  readonly commit: (collection: string, draft: Draft, before: KubeObject | undefined) => KubeObject;
  readonly remove: (collection: string, object: KubeObject) => KubeObject;
  readonly endWatches: (collection: string) => void;
}

export class Writer {
  readonly #environment: Environment;
  readonly #registry: Registry;
  readonly #shelf: Shelf;
  readonly #context: RuleContext;

  constructor(environment: Environment, registry: Registry, shelf: Shelf) {
    this.#environment = environment;
    this.#registry = registry;
    this.#shelf = shelf;
    this.#context = { now: environment.now, random: environment.random, find: shelf.find, all: shelf.all };
  }

  create(served: ServedType, namespace: string | undefined, body: unknown, options: WriteOptions): WriteResult {
    const { type, rules } = served;
    const { draft, warnings } = this.#decode(served, body, options);
    const metadata = metadataOf(draft);
    placeInNamespace(served, metadata, namespace);
    rules.defaults?.(draft);
    if (metadata["generateName"] !== undefined && metadata["name"] === undefined) {
      metadata["name"] = String(metadata["generateName"]).slice(0, 58) + randomSuffix(this.#environment.random);
    }
    const name = typeof metadata["name"] === "string" ? metadata["name"] : "";
    this.#admitToNamespace(served, namespace, name);
    if (hasStatus(served)) delete draft["status"];
    rules.admit?.(draft, this.#context);
    const status = rules.initialStatus?.(draft);
    if (status !== undefined) draft["status"] = status;
    Object.assign(metadata, {
      uid: randomUid(this.#environment.random),
      creationTimestamp: timestamp(this.#environment.now()),
      ...(rules.generation === true ? { generation: 1 } : {}),
    });
    for (const systemField of ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"]) {
      Reflect.deleteProperty(metadata, systemField);
    }
    if (this.#shelf.find(served.collection, namespace ?? "", name) !== undefined) throw alreadyExists(type, name);
    if (options.dryRun === true) return { object: served.view(asObject(freeze(draft))), created: true, warnings };
    return { object: served.view(this.#shelf.commit(served.collection, draft, undefined)), created: true, warnings };
  }

  update(served: ServedType, key: ObjectKey, body: unknown, options: WriteOptions): WriteResult {
    const live = this.#shelf.find(served.collection, key.namespace ?? "", key.name);
    if (live === undefined) throw notFound(key.type, key.name);
    const { draft, warnings } = this.#decode(served, body, options);
    return this.#replace(served, live, draft, warnings, options);
  }

  patch(served: ServedType, key: ObjectKey, type: PatchType, body: unknown, options: WriteOptions): WriteResult {
    const live = this.#shelf.find(served.collection, key.namespace ?? "", key.name);
    if (live === undefined) throw notFound(key.type, key.name);
    const shown = served.view(live) as unknown as Json;
    let patched: Json;
    if (type === "json") {
      try {
        patched = applyJsonPatch(shown, body);
      } catch (error) {
        if (!(error instanceof JsonPatchError)) throw error;
        if (error.malformed) throw badRequest(error.message);
        throw new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});
      }
    } else patched = applyMergePatch(shown, body as Json);
    const { draft, warnings } = this.#decode(served, patched, options);
    return this.#replace(served, live, draft, warnings, options);
  }

  delete(served: ServedType, key: ObjectKey, options: DeleteOptions): KubeObject | undefined {
    const live = this.#shelf.find(served.collection, key.namespace ?? "", key.name);
    if (live === undefined) throw notFound(key.type, key.name);
    if (options.dryRun !== true) this.#shelf.remove(served.collection, live);
    return undefined;
  }

  getScale(served: ServedType, key: ObjectKey): KubeObject {
    throw notFound(served.type, key.name);
  }

  #decode(served: ServedType, body: unknown, options: WriteOptions): { draft: Draft; warnings: readonly string[] } {
    if (!isObject(body)) throw badRequest("the body of the request is no object");
    const { object, unknown } = served.decode(body);
    object["apiVersion"] = apiVersionOf(served.type);
    object["kind"] = served.type.kind;
    return { draft: object, warnings: options.fieldValidation === "Ignore" ? [] : unknown };
  }

  #replace(
    served: ServedType,
    live: KubeObject,
    draft: Draft,
    warnings: readonly string[],
    options: WriteOptions,
  ): WriteResult {
    const metadata = metadataOf(draft);
    const version = metadata["resourceVersion"];
    if (typeof version === "string" && version !== "" && version !== live.metadata.resourceVersion) {
      throw conflict(served.type, live.metadata.name, OBJECT_MODIFIED);
    }
    served.rules.defaults?.(draft);
    if (options.subresource === "status") {
      for (const key of Object.keys(draft))
        if (key !== "status" && key !== "metadata") Reflect.deleteProperty(draft, key);
      for (const [key, value] of Object.entries(live))
        if (key !== "status" && key !== "metadata") draft[key] = value as Json;
    } else if (hasStatus(served)) {
      if (live["status"] === undefined) delete draft["status"];
      else draft["status"] = live["status"] as Json;
    }
    for (const name of [
      "name",
      "namespace",
      "uid",
      "creationTimestamp",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "generation",
      "resourceVersion",
    ]) {
      if (live.metadata[name] === undefined) Reflect.deleteProperty(metadata, name);
      else metadata[name] = live.metadata[name] as Json;
    }
    if (equal(draft, live)) return { object: served.view(live), created: false, warnings };
    if (options.dryRun === true) return { object: served.view(asObject(freeze(draft))), created: false, warnings };
    return { object: served.view(this.#shelf.commit(served.collection, draft, live)), created: false, warnings };
  }

  #admitToNamespace(served: ServedType, namespace: string | undefined, name: string): void {
    if (!served.type.namespaced) return;
    const found = this.#shelf.find("/namespaces", "", namespace ?? "");
    if (found === undefined) {
      const type = this.#registry.findType("", "v1", "namespaces");
      if (type !== undefined) throw notFound(type.type, namespace ?? "");
    }
    if (found?.metadata.deletionTimestamp !== undefined) {
      throw forbidden(
        served.type,
        name,
        `unable to create new content in namespace ${namespace ?? ""} because it is being terminated`,
      );
    }
  }
}

function hasStatus(served: ServedType): boolean {
  return served.type.subresources.includes("status");
}

function metadataOf(draft: Draft): Draft {
  const metadata = (draft["metadata"] ?? {}) as Draft;
  draft["metadata"] = metadata;
  return metadata;
}

function asObject(value: Draft): KubeObject {
  return value as unknown as KubeObject;
}

function placeInNamespace(served: ServedType, metadata: Draft, namespace: string | undefined): void {
  if (!served.type.namespaced || namespace === undefined) return;
  if (metadata["namespace"] !== undefined && metadata["namespace"] !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["namespace"] = namespace;
}
