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
import { checkPreconditions, planDeletion } from "./deletion.ts";
import { DEFINITIONS } from "./custom-resources/definitions.ts";
import * as errors from "./errors.ts";
import { afterUpdate, apply, readOwnerships } from "./fields/ownership.ts";
import type { Actor, Ownership } from "./fields/ownership.ts";
import { at, freeze, isObject } from "./json.ts";
import type { Draft, JsonObject } from "./json.ts";
import { metadataProblems, metadataUpdateProblems } from "./kinds/metadata.ts";
import type { RuleContext } from "./kinds/rules.ts";
import { randomSuffix, randomUid, timestamp } from "./names.ts";
import { patched } from "./patch/index.ts";
import { scaleOf, withReplicas } from "./scale.ts";
import {
  hasStatus,
  dropStatus,
  keepUnwritten,
  checkName,
  checkVersion,
  givenOwners,
  setOwners,
  isSame,
  isLetGo,
  metadataOf,
  asObject,
  placeInNamespace,
  SYSTEM_METADATA,
} from "./write-rules.ts";
import { zeroObject } from "./types/decode.ts";
import { apiVersionOf } from "./types/registry.ts";
import type { Registry } from "./types/registry.ts";
import type { ServedType } from "./types/served-type.ts";

/** What the writer needs of the store. */
export interface Shelf {
  readonly find: RuleContext["find"];
  readonly all: RuleContext["all"];
  /** Gives the draft the next version and keeps it; from then on it is frozen. */
  readonly commit: (served: ServedType, draft: Draft, before: KubeObject | undefined) => KubeObject;
  readonly remove: (served: ServedType, object: KubeObject) => KubeObject;
}

type PatchOptions = WriteOptions & { readonly force?: boolean };

/** A write in the making: the decoded object, who owns its fields, and what to warn of. */
interface Write {
  readonly draft: Draft;
  readonly warnings: readonly string[];
  /** Owners that an apply worked out; an update's follow from what it changes. */
  readonly owners?: readonly Ownership[];
}

/** Longest prefix of a generated name. */
const GENERATED_PREFIX_MAX = 58;

/**
 * What a write makes of an object, in a server's order: decode, default, work out the owners, let the kind's rules set what
 * the server sets, validate, keep. Nothing is kept before everything has passed.
 */
export class Writer {
  readonly #environment: Environment;
  readonly #registry: Registry;
  readonly #shelf: Shelf;
  readonly #context: RuleContext;

  constructor(environment: Environment, registry: Registry, shelf: Shelf) {
    this.#environment = environment;
    this.#registry = registry;
    this.#shelf = shelf;
    this.#context = {
      now: environment.now,
      random: environment.random,
      find: shelf.find,
      all: shelf.all,
      servicePrefix: environment.servicePrefix,
    };
  }

  create(served: ServedType, namespace: string | undefined, body: unknown, options: WriteOptions): WriteResult {
    return this.#create(served, namespace, this.#decode(served, body, options), options);
  }

  update(served: ServedType, key: ObjectKey, body: unknown, options: WriteOptions): WriteResult {
    const live = this.#find(served, key);
    if (options.subresource === "scale") return this.#writeScale(served, key, body, options);
    const write = this.#decode(served, body, options);
    checkName(write.draft, key);
    if (live !== undefined) return this.#replace(served, live, write, options);
    if (served.rules.createOnUpdate !== true) throw errors.notFound(key.type, key.name);
    return this.#create(served, key.namespace, write, options);
  }

  patch(served: ServedType, key: ObjectKey, type: PatchType, body: unknown, options: PatchOptions): WriteResult {
    if (type === "apply") return this.#apply(served, key, body, options);
    const live = this.#live(served, key);
    if (options.subresource === "scale") {
      const scale = scaleOf(served, live) as unknown as JsonObject;
      return this.#writeScale(served, key, patched(type, undefined, scale, body), options);
    }
    const shown = served.view(live) as unknown as JsonObject;
    const write = this.#decode(served, patched(type, served.custom ? undefined : served.shape, shown, body), options, {
      patch: body,
    });
    checkName(write.draft, key);
    return this.#replace(served, live, write, options);
  }

  delete(served: ServedType, key: ObjectKey, options: DeleteOptions): KubeObject | undefined {
    const live = this.#live(served, key);
    checkPreconditions(served, live, options);
    const now = this.#environment.now();
    const deletion = served.rules.planDeletion?.(live, now) ?? planDeletion(served, live, options, now);
    switch (deletion.kind) {
      case "unchanged":
        return live;
      case "held":
        if (options.dryRun === true) return asObject(freeze(deletion.draft));
        return this.#shelf.commit(served, deletion.draft, live);
      case "gone":
        if (options.dryRun !== true) this.#shelf.remove(served, live);
        return undefined;
    }
  }

  getScale(served: ServedType, key: ObjectKey): KubeObject {
    if (!served.type.subresources.includes("scale")) throw errors.notFound(key.type, key.name);
    return scaleOf(served, this.#live(served, key));
  }

  #find(served: ServedType, key: ObjectKey): KubeObject | undefined {
    return this.#shelf.find(served.collection, key.namespace ?? "", key.name);
  }

  #live(served: ServedType, key: ObjectKey): KubeObject {
    const live = this.#find(served, key);
    if (live === undefined) throw errors.notFound(key.type, key.name);
    return live;
  }

  /** Checks that the body is of the served kind and gives it the store's form. */
  #decode(served: ServedType, body: unknown, options: WriteOptions, of?: { readonly patch: unknown }): Write {
    if (!isObject(body)) throw errors.badRequest("the body of the request is no object");
    this.#checkKind(served, body);
    let decoded;
    try {
      decoded = served.decode(body);
    } catch (error) {
      if (of === undefined || !(error instanceof ApiError)) throw error;
      const why = error.message.replace(/^.* cannot be handled as a \w+: /, "");
      throw errors.invalidObject({ group: "", kind: "" }, "", [errors.invalid("patch", JSON.stringify(of.patch), why)]);
    }
    const { object, unknown } = decoded;
    if (unknown.length > 0 && options.fieldValidation === "Strict") {
      const why = `strict decoding error: ${unknown.join(", ")}`;
      if (of !== undefined) {
        throw errors.invalidObject({ group: "", kind: "" }, "", [
          errors.invalid("patch", JSON.stringify(of.patch), why),
        ]);
      }
      const { kind, version } = served.type;
      throw errors.badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
    }
    object["apiVersion"] = served.storedApiVersion;
    object["kind"] = served.type.kind;
    return { draft: object, warnings: options.fieldValidation === "Ignore" ? [] : unknown };
  }

  #checkKind(served: ServedType, body: JsonObject): void {
    const apiVersion = apiVersionOf(served.type);
    const { kind } = served.type;
    const given = { apiVersion: body["apiVersion"] ?? apiVersion, kind: body["kind"] ?? kind };
    if (given.apiVersion === apiVersion && given.kind === kind) return;
    const { apiVersion: version, kind: other } = given;
    if (typeof version !== "string" || typeof other !== "string")
      throw errors.badRequest("apiVersion and kind must be strings");
    if (version !== apiVersion) {
      throw errors.badRequest(
        `the API version in the data (${version}) does not match the expected API version (${apiVersion})`,
      );
    }
    if (this.#registry.findKind(version, other) === undefined) {
      throw errors.badRequest(`no kind ${JSON.stringify(other)} is registered for version ${JSON.stringify(version)}`);
    }
    const room = served.type.group === "" ? "core" : (served.type.group.split(".")[0] ?? "");
    throw errors.badRequest(
      `${other} in version ${JSON.stringify(served.type.version)} cannot be handled as a ${kind}: converting ` +
        `(${served.type.version}.${other}) to (${room}.${kind}): unknown conversion`,
    );
  }

  #create(served: ServedType, namespace: string | undefined, write: Write, options: WriteOptions): WriteResult {
    const { type, rules } = served;
    const { draft } = write;
    const metadata = metadataOf(draft);
    this.#refuseWhileTerminating(served);
    placeInNamespace(served, metadata, namespace);
    const { name: given, generateName } = metadata;
    if (typeof generateName === "string" && given === undefined) {
      metadata["name"] = generateName.slice(0, GENERATED_PREFIX_MAX) + randomSuffix(this.#environment.random);
    }
    const name = typeof metadata["name"] === "string" ? metadata["name"] : "";
    rules.defaults?.(draft);
    this.#admitToNamespace(served, namespace, name);
    if (hasStatus(served)) dropStatus(served, draft);
    const zero: JsonObject = served.custom ? { metadata: {} } : zeroObject(served.shape);
    const owners = write.owners ?? afterUpdate(served.shape, zero, draft, [], this.#actor(served, options));
    rules.admit?.(draft, this.#context);
    const status = rules.initialStatus?.(draft);
    if (status !== undefined) draft["status"] = status;
    for (const system of SYSTEM_METADATA) {
      if (system !== "name" && system !== "namespace") Reflect.deleteProperty(metadata, system);
    }
    metadata["name"] = name;
    metadata["uid"] = randomUid(this.#environment.random);
    metadata["creationTimestamp"] = timestamp(this.#environment.now());
    if (rules.generation !== undefined) metadata["generation"] = 1;
    setOwners(metadata, owners);
    rules.complete?.(draft);

    const object = asObject(draft);
    const problems = [...metadataProblems(object, rules.nameProblem), ...(rules.validate?.(object) ?? [])];
    if (problems.length > 0) throw errors.invalidObject(type, name, problems);
    if (this.#shelf.find(served.collection, namespace ?? "", name) !== undefined)
      throw errors.alreadyExists(type, name);
    const kept = options.dryRun === true ? asObject(freeze(draft)) : this.#shelf.commit(served, draft, undefined);
    const warnings = [...write.warnings, ...(rules.warnings?.(object) ?? [])];
    return { object: served.view(kept), created: true, warnings };
  }

  /** Replaces `live` by what the draft says, except for what this request may not write. */
  #replace(served: ServedType, live: KubeObject, write: Write, options: WriteOptions): WriteResult {
    const { type, rules } = served;
    const { draft } = write;
    const answer = (object: KubeObject): WriteResult => ({
      object: served.view(object),
      created: false,
      warnings: write.warnings,
    });
    checkVersion(served, live, metadataOf(draft), options);
    placeInNamespace(served, metadataOf(draft), live.metadata.namespace);
    rules.defaults?.(draft);
    const metadata = keepUnwritten(served, draft, live, options.subresource);
    const before = readOwnerships(live.metadata.managedFields);
    const owners =
      write.owners ??
      afterUpdate(
        served.shape,
        live as unknown as JsonObject,
        draft,
        options.subresource === undefined ? (givenOwners(metadata) ?? before) : before,
        this.#actor(served, options),
      );
    if (options.subresource === undefined) rules.admitUpdate?.(draft, live, this.#context);
    if (rules.generation?.(draft, live as unknown as JsonObject) === true) {
      metadata["generation"] = (live.metadata.generation ?? 0) + 1;
    }
    setOwners(metadata, owners);

    const object = asObject(draft);
    const problems = [
      ...metadataProblems(object, rules.nameProblem),
      ...metadataUpdateProblems(object, live),
      ...(options.subresource === undefined ? (rules.validate?.(object, live) ?? []) : []),
      ...(options.subresource === "status" ? (rules.validateStatus?.(object) ?? []) : []),
      ...(options.subresource === undefined ? (rules.validateUpdate?.(object, live) ?? []) : []),
    ];
    if (problems.length > 0) throw errors.invalidObject(type, live.metadata.name, problems);
    if (isSame(draft, live, owners, before)) return answer(live);
    if (options.dryRun === true) return answer(asObject(freeze(draft)));
    if (isLetGo(served, object)) {
      this.#shelf.remove(served, asObject(freeze(draft)));
      return answer(object);
    }
    return answer(this.#shelf.commit(served, draft, live));
  }

  #apply(served: ServedType, key: ObjectKey, body: unknown, options: PatchOptions): WriteResult {
    if (options.fieldManager === undefined || options.fieldManager === "") {
      throw errors.invalidObject({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
        errors.required("fieldManager", "is required for apply patch"),
      ]);
    }
    if (!isObject(body)) throw errors.badRequest("error decoding YAML: the body of the request is no object");
    this.#checkKind(served, body);
    checkName(body, key);
    const { metadata } = body;
    if (isObject(metadata) && metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) {
      throw errors.badRequest("metadata.managedFields must be nil");
    }
    const unknown = served.decode(body).unknown.map((each) => each.replace(/^unknown field "(.*)"$/, ".$1"));
    if (unknown.length > 0) {
      const id = `${key.namespace === undefined ? "" : `${key.namespace}/`}${key.name}; ${apiVersionOf(served.type)}, Kind=${served.type.kind}`;
      const lines = unknown.map((field) => `${field}: field not declared in schema`);
      const list = lines.length === 1 ? (lines[0] ?? "") : `errors:\n  ${lines.join("\n  ")}`;
      throw new ApiError(500, "", `failed to create typed patch object (${id}): ${list}`);
    }
    const live = this.#find(served, key);
    const start = live ?? (served.custom ? { metadata: {} } : zeroObject(served.shape));
    const owners = readOwnerships(live?.metadata.managedFields);
    const result = apply(
      served.shape,
      start as unknown as JsonObject,
      body,
      owners,
      this.#actor(served, options),
      options.force === true,
    );
    const write: Write = {
      ...this.#decode(served, result.object, { fieldValidation: "Ignore" }),
      owners: result.owners,
    };
    metadataOf(write.draft)["name"] = key.name;
    return live === undefined
      ? this.#create(served, key.namespace, write, options)
      : this.#replace(served, live, write, options);
  }

  #writeScale(served: ServedType, key: ObjectKey, body: unknown, options: WriteOptions): WriteResult {
    const live = this.#live(served, key);
    const replicas = at(body, "spec", "replicas") ?? 0;
    if (typeof replicas !== "number" || !Number.isInteger(replicas)) {
      throw errors.badRequest(
        'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32',
      );
    }
    if (replicas < 0) {
      throw errors.invalidObject({ group: "autoscaling", kind: "Scale" }, key.name, [
        errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0"),
      ]);
    }
    const version = at(body, "metadata", "resourceVersion");
    if (typeof version === "string" && version !== "" && version !== live.metadata.resourceVersion) {
      throw errors.conflict(key.type, key.name, errors.OBJECT_MODIFIED);
    }
    const { object: draft } = served.decode(withReplicas(served, live, replicas));
    const actor = { ...this.#actor(served, options), subresource: "scale", time: undefined };
    const before = readOwnerships(live.metadata.managedFields);
    const owners = afterUpdate(served.shape, live as unknown as JsonObject, draft, before, actor);
    const { object } = this.#replace(
      served,
      live,
      { draft, warnings: [], owners },
      { ...options, subresource: "scale" },
    );
    return { object: scaleOf(served, object), created: false, warnings: [] };
  }

  #actor(served: ServedType, options: WriteOptions): Actor {
    return {
      manager: options.fieldManager === undefined || options.fieldManager === "" ? "unknown" : options.fieldManager,
      apiVersion: apiVersionOf(served.type),
      subresource: options.subresource ?? "",
      time: timestamp(this.#environment.now()),
    };
  }

  /** A type whose definition is being deleted takes no new objects. */
  #refuseWhileTerminating(served: ServedType): void {
    if (!served.custom) return;
    const definition = this.#shelf.find(DEFINITIONS, "", `${served.type.resource}.${served.type.group}`);
    if (definition?.metadata.deletionTimestamp === undefined) return;
    throw new ApiError(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating", {
      ...(served.type.group === "" ? {} : { group: served.type.group }),
      kind: served.type.resource,
    });
  }

  #admitToNamespace(served: ServedType, namespace: string | undefined, name: string): void {
    if (!served.type.namespaced) return;
    if (namespace === undefined || namespace === "") {
      throw errors.badRequest("an empty namespace may not be set during creation");
    }
    const found = this.#shelf.find("/namespaces", "", namespace);
    if (found === undefined) {
      throw errors.notFound({ ...served.type, group: "", resource: "namespaces" }, namespace);
    }
    if (found.metadata.deletionTimestamp !== undefined) {
      throw errors.forbidden(
        served.type,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: "NamespaceTerminating",
            message: `namespace ${namespace} is being terminated`,
            field: "metadata.namespace",
          },
        ],
      );
    }
  }
}
