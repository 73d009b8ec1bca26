/**
 * The object store's face: what the API server, the controllers and the simulator use. Pure and synchronous: time, randomness
 * and persistence are arguments. Everything here behaves as the Kubernetes API documents and the recorded transcripts say.
 */

/** A Kubernetes object as JSON. Objects that leave the store are frozen: copy before changing. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** One served resource (a row of discovery): `{ group: "apps", version: "v1", resource: "deployments", kind: "Deployment", ... }`. */
export interface ResourceType {
  /** "" is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ("status" | "scale" | "log" | "eviction" | "finalize" | "binding" | "token")[];
  readonly verbs: readonly string[];
}

/** `resource` in `group`, one object when `name` is given. */
export interface ObjectKey {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name: string;
}

/** A `Status` failure of the API: the code, reason, message and details that a real server answers. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** With 410 on a list: the token that goes on from there, without the promise that nothing changed in between. */
  readonly continueToken: string | undefined;
  constructor(
    code: number,
    reason: string,
    message: string,
    details?: Readonly<Record<string, unknown>>,
    continueToken?: string,
  ) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.continueToken = continueToken;
  }
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
  readonly subresource?: "status" | "scale" | "finalize";
}

/** What a write answers; `warnings` become `Warning: 299 - "..."` headers. */
export interface WriteResult {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

export type PatchType = "json" | "merge" | "strategic" | "apply";

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** From the state after this version; absent: first the current objects as ADDED. */
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
}

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface Environment {
  /** Wall time in ms since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1): uids and generated names come from it. */
  readonly random: () => number;
  /** First three bytes of the cluster IPs that Services get, for example "127.21.2"; absent: "10.96.0". */
  readonly servicePrefix?: string;
}

/**
 * One change, in order, for whoever makes the store durable: `object` is absent after a delete. Appending every one before
 * answering, and replaying them into `Store.restore`, gives back the same store.
 */
export interface JournalEntry {
  readonly resourceVersion: number;
  /** `group/resource/namespace/name`. */
  readonly key: string;
  readonly object?: KubeObject;
}

export interface ObjectStore {
  /** Every type served, built in and from CustomResourceDefinitions. */
  types(): readonly ResourceType[];
  findType(group: string, version: string, resource: string): ResourceType | undefined;
  findKind(apiVersion: string, kind: string): ResourceType | undefined;

  /** Each throws `ApiError`. `namespace` and `name` come from the path. */
  get(key: ObjectKey): KubeObject;
  list(type: ResourceType, options?: ListOptions): ListResult;
  create(type: ResourceType, namespace: string | undefined, body: unknown, options?: WriteOptions): WriteResult;
  update(key: ObjectKey, body: unknown, options?: WriteOptions): WriteResult;
  /** For `apply`, `body` is the applied object and `force` takes conflicting fields over. */
  patch(
    key: ObjectKey,
    type: PatchType,
    body: unknown,
    options?: WriteOptions & { readonly force?: boolean },
  ): WriteResult;
  /** Answers the object (with a deletionTimestamp) while finalizers or grace hold it, `undefined` once it is gone. */
  delete(key: ObjectKey, options?: DeleteOptions): KubeObject | undefined;
  /** The `scale` subresource as autoscaling/v1 Scale. */
  getScale(key: ObjectKey): KubeObject;

  /** Calls `listener` synchronously after each change; the returned function ends the watch. */
  watch(type: ResourceType, options: WatchOptions, listener: (event: WatchEvent) => void): () => void;
  /** The newest resource version. */
  resourceVersion(): string;
  /** Called with every change before the write returns. */
  onJournal(listener: (entry: JournalEntry) => void): void;
  /** All current objects, for a snapshot. */
  snapshot(): { readonly resourceVersion: number; readonly entries: readonly JournalEntry[] };
}
