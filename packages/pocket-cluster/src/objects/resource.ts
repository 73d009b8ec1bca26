import {
  ApiError,
  type DeleteOptions,
  type KubeObject,
  type ObjectKey,
  type ObjectStore,
  type ResourceType,
  type WatchEvent,
} from "../store/contract.ts";
import { sameJson } from "./equality.ts";
import type { LabelSelector } from "./labels.ts";
import { selects } from "./labels.ts";

/**
 * One kind of object in a store, typed, as one component (`fieldManager`) sees it. The store is synchronous, so a read and
 * the write that follows it cannot be torn apart.
 */
export interface Resource<T extends KubeObject> {
  readonly type: ResourceType;
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Those that `selector` selects. */
  select(namespace: string, selector: LabelSelector | undefined): readonly T[];
  create(namespace: string | undefined, body: NewObject): T;
  /** Replaces; `undefined` when it is gone or another object has taken its name. */
  update(object: T): T | undefined;
  /** Writes only when something differs. */
  updateStatus(object: T, status: object): T | undefined;
  delete(object: T, options?: DeleteOptions): void;
  /** First the current objects, then every change. */
  watch(listener: (type: "ADDED" | "MODIFIED" | "DELETED", object: T) => void): () => void;
}

export interface NewObject {
  readonly metadata: object;
  readonly [field: string]: unknown;
}

export function resource<T extends KubeObject>(
  store: ObjectStore,
  apiVersion: string,
  kind: string,
  fieldManager: string,
): Resource<T> {
  const type = store.findKind(apiVersion, kind);
  if (type === undefined) throw new Error(`the store serves no ${apiVersion} ${kind}`);
  const keyOf = (namespace: string | undefined, name: string): ObjectKey => ({
    type,
    name,
    ...(namespace !== undefined && { namespace }),
  });
  const keyFor = (object: KubeObject): ObjectKey => keyOf(object.metadata.namespace, object.metadata.name);

  const get = (namespace: string | undefined, name: string): T | undefined =>
    unlessMissing(() => store.get(keyOf(namespace, name)) as T);
  const list = (namespace?: string): readonly T[] =>
    store.list(type, namespace === undefined ? {} : { namespace }).items as readonly T[];
  /** The object as it is now, if it is still the one that was read. */
  const current = (object: T): T | undefined => {
    const found = get(object.metadata.namespace, object.metadata.name);
    return found?.metadata.uid === object.metadata.uid ? found : undefined;
  };

  return {
    type,
    get,
    list,
    select: (namespace, selector) => list(namespace).filter((object) => selects(selector, object.metadata.labels)),
    create: (namespace, body) =>
      store.create(type, namespace, { apiVersion, kind, ...body }, { fieldManager }).object as T,
    update: (object) => unlessMissing(() => store.update(keyFor(object), object, { fieldManager }).object as T),
    updateStatus: (object, status) => {
      const found = current(object);
      if (found === undefined || sameJson(found["status"] ?? {}, status)) return found;
      return store.update(keyFor(object), { ...found, status }, { fieldManager, subresource: "status" }).object as T;
    },
    delete: (object, options) => {
      unlessMissing(() => store.delete(keyFor(object), { preconditions: { uid: object.metadata.uid }, ...options }));
    },
    watch: (listener) =>
      store.watch(type, {}, (event: WatchEvent) => {
        if (event.type === "ADDED" || event.type === "MODIFIED" || event.type === "DELETED")
          listener(event.type, event.object as T);
      }),
  };
}

/** What vanished between deciding and acting is no trouble: the next look starts from what is. */
function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || (error.code === 409 && error.reason === "Conflict")))
      return undefined;
    throw error;
  }
}
