import { Collection } from "./collection.ts";
import type { Change } from "./collection.ts";
import type {
  DeleteOptions,
  Environment,
  JournalEntry,
  KubeObject,
  ListOptions,
  ListResult,
  ObjectKey,
  ObjectStore,
  PatchType,
  ResourceType,
  WatchEvent,
  WatchOptions,
  WriteOptions,
  WriteResult,
} from "./contract.ts";
import { CLEANUP, definedType, DEFINITIONS, establishedStatus, isEstablished } from "./custom-resources/definitions.ts";
import { servedTypes } from "./custom-resources/served.ts";
import { badRequest, expired, notFound, statusOf } from "./errors.ts";
import { freeze } from "./json.ts";
import type { Draft } from "./json.ts";
import { listPage } from "./listing.ts";
import { parseFieldSelector } from "./selectors/field-selector.ts";
import { parseLabelSelector } from "./selectors/label-selector.ts";
import { Registry } from "./types/registry.ts";
import type { ServedType } from "./types/served-type.ts";
import { eventFor, Watches } from "./watches.ts";
import type { Watcher } from "./watches.ts";
import { Writer } from "./writer.ts";

/** What a store starts from: a snapshot's entries, then the journal's since, oldest first. */
export interface Restore {
  /** The snapshot's own version; versions go on from the highest one seen. */
  readonly resourceVersion?: number;
  readonly entries: Iterable<JournalEntry>;
}

export function createStore(environment: Environment, restore?: Restore): ObjectStore {
  return new Store(environment, restore);
}

/** Reads, versions, history and watches; the `Writer` decides what a write makes of an object. */
class Store implements ObjectStore {
  readonly #registry = new Registry();
  readonly #collections = new Map<string, Collection>();
  readonly #watches = new Watches();
  readonly #environment: Environment;
  readonly #journal: ((entry: JournalEntry) => void)[] = [];
  readonly #writer: Writer;
  #version = 0;
  /** Nothing is known of how things came to be as they were then. */
  #restoredVersion = 0;

  constructor(environment: Environment, restore: Restore | undefined) {
    this.#environment = environment;
    if (restore !== undefined) this.#restore(restore);
    this.#writer = new Writer(environment, this.#registry, {
      find: (collection, namespace, name) => this.#collection(collection).get(namespace, name),
      all: (collection, namespace) => this.#collection(collection).objects(namespace),
      commit: (served, draft, before) => this.#commit(served.collection, draft, before),
      remove: (served, object) => this.#remove(served.collection, object),
    });
  }

  types(): readonly ResourceType[] {
    return this.#registry.types();
  }
  findType(group: string, version: string, resource: string): ResourceType | undefined {
    return this.#registry.findType(group, version, resource)?.type;
  }
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#registry.findKind(apiVersion, kind)?.type;
  }

  get(key: ObjectKey): KubeObject {
    const served = this.#served(key.type);
    const object = this.#collection(served.collection).get(key.namespace ?? "", key.name);
    if (object === undefined) throw notFound(key.type, key.name);
    return served.view(object);
  }

  list(type: ResourceType, options: ListOptions = {}): ListResult {
    const served = this.#served(type);
    const result = listPage({
      collection: this.#collection(served.collection),
      options,
      matches: selection(served, options),
      resourceVersion: this.#version,
    });
    return { ...result, items: result.items.map(served.view) };
  }

  create(type: ResourceType, namespace: string | undefined, body: unknown, options: WriteOptions = {}): WriteResult {
    const served = this.#served(type);
    const result = this.#writer.create(served, namespace, body, options);
    if (served.collection === DEFINITIONS && options.dryRun !== true) this.#establish(served, result.object);
    return result;
  }
  update(key: ObjectKey, body: unknown, options: WriteOptions = {}): WriteResult {
    return this.#settled(key.type, this.#writer.update(this.#served(key.type), key, body, options));
  }
  patch(
    key: ObjectKey,
    type: PatchType,
    body: unknown,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): WriteResult {
    const served = this.#served(key.type);
    const result = this.#writer.patch(served, key, type, body, options);
    if (result.created && served.collection === DEFINITIONS) this.#establish(served, result.object);
    return this.#settled(key.type, result);
  }
  delete(key: ObjectKey, options: DeleteOptions = {}): KubeObject | undefined {
    const served = this.#served(key.type);
    const held = this.#writer.delete(served, key, options);
    if (served.collection === DEFINITIONS && held !== undefined && options.dryRun !== true) this.#cleanUp(held);
    this.#settled(key.type, undefined);
    return held === undefined ? undefined : served.view(held);
  }
  getScale(key: ObjectKey): KubeObject {
    return this.#writer.getScale(this.#served(key.type), key);
  }

  watch(type: ResourceType, options: WatchOptions, listener: (event: WatchEvent) => void): () => void {
    const served = this.#served(type);
    const collection = this.#collection(served.collection);
    const matches = selection(served, options) ?? (() => true);
    const watcher: Watcher = {
      namespace: options.namespace,
      matches,
      view: served.view,
      listener,
      from: this.#version,
    };
    const { resourceVersion } = options;
    const initial: WatchEvent[] = [];
    if (resourceVersion === undefined || resourceVersion === "" || resourceVersion === "0") {
      for (const object of collection.objects(options.namespace)) {
        if (matches(object)) initial.push({ type: "ADDED", object: served.view(object) });
      }
      return this.#watches.add(served.collection, watcher, initial);
    }
    const since = Number(resourceVersion);
    if (!Number.isSafeInteger(since) || since < 0) {
      throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: invalid resource version`);
    }
    if (since < collection.forgottenThrough) {
      const error = expired(`too old resource version: ${resourceVersion} (${collection.forgottenThrough + 1})`);
      listener({ type: "ERROR", object: statusOf(error) });
      return () => undefined;
    }
    for (const change of collection.since(since)) {
      const event = eventFor(watcher, change);
      if (event !== undefined) initial.push(event);
    }
    return this.#watches.add(served.collection, watcher, initial);
  }

  resourceVersion(): string {
    return String(this.#version);
  }

  onJournal(listener: (entry: JournalEntry) => void): void {
    this.#journal.push(listener);
  }

  snapshot(): { readonly resourceVersion: number; readonly entries: readonly JournalEntry[] } {
    const entries: JournalEntry[] = [];
    for (const [name, collection] of this.#collections) {
      for (const object of collection.objects()) {
        entries.push({
          resourceVersion: Number(object.metadata.resourceVersion),
          key: journalKey(name, object),
          object,
        });
      }
    }
    return { resourceVersion: this.#version, entries };
  }

  /** A new definition is accepted at once, as an API server's own controller does a moment later. */
  #establish(served: ServedType, definition: KubeObject): void {
    const key = { type: served.type, name: definition.metadata.name };
    const status = establishedStatus(definition, this.#environment.now());
    const options = { subresource: "status", fieldManager: "kube-apiserver" } as const;
    this.#writer.update(served, key, { ...definition, status }, options);
  }

  /** Deletes every object of a deleted definition; it goes itself once the last one is gone. */
  #cleanUp(definition: KubeObject): void {
    const { group, resource } = definedType(definition);
    const [type] = this.types().filter((each) => each.group === group && each.resource === resource);
    if (type !== undefined) {
      for (const { metadata } of this.list(type).items) {
        const { name, namespace } = metadata;
        this.#writer.delete(this.#served(type), { type, name, ...(namespace === undefined ? {} : { namespace }) }, {});
      }
    }
    this.#letGo(definition.metadata.name);
  }

  /** After a write to a custom resource: its last object may have been what held a deleted definition. */
  #settled<T>(type: ResourceType, result: T): T {
    if (this.#served(type).custom) this.#letGo(`${type.resource}.${type.group}`);
    return result;
  }

  #letGo(name: string): void {
    const definition = this.#collection(DEFINITIONS).get("", name);
    const served = this.#registry.findType("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    if (definition?.metadata.deletionTimestamp === undefined || served === undefined) return;
    const { group, resource } = definedType(definition);
    for (const _object of this.#collection(`${group}/${resource}`).objects()) return;
    const finalizers = (definition.metadata.finalizers ?? []).filter((each) => each !== CLEANUP);
    this.#writer.update(
      served,
      { type: served.type, name },
      { ...definition, metadata: { ...definition.metadata, finalizers } },
      { fieldManager: "kube-apiserver" },
    );
  }

  /** Serves what a definition defines, or no longer. */
  #define(before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (before !== undefined) {
      const { group, resource } = definedType(before);
      this.#registry.removeCustom(group, resource);
      if (after === undefined) this.#watches.clear(`${group}/${resource}`);
    }
    if (after === undefined || !isEstablished(after)) return;
    for (const served of servedTypes(after)) this.#registry.add(served);
  }

  #served(type: ResourceType): ServedType {
    const served = this.#registry.findType(type.group, type.version, type.resource);
    if (served === undefined) throw notFound(type, "");
    return served;
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      collection = new Collection(this.#restoredVersion);
      this.#collections.set(name, collection);
    }
    return collection;
  }

  #commit(name: string, draft: Draft, before: KubeObject | undefined): KubeObject {
    const resourceVersion = ++this.#version;
    (draft["metadata"] as Draft)["resourceVersion"] = String(resourceVersion);
    const after = freeze(draft) as unknown as KubeObject;
    this.#publish(name, { resourceVersion, before, after, last: after });
    return after;
  }

  #remove(name: string, object: KubeObject): KubeObject {
    const resourceVersion = ++this.#version;
    const before = this.#collection(name).get(object.metadata.namespace ?? "", object.metadata.name);
    const last = freeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } });
    this.#publish(name, { resourceVersion, before, after: undefined, last });
    return last;
  }

  #publish(name: string, change: Change): void {
    this.#collection(name).record(change);
    if (name === DEFINITIONS) this.#define(change.before, change.after);
    const entry: JournalEntry = {
      resourceVersion: change.resourceVersion,
      key: journalKey(name, change.last),
      ...(change.after === undefined ? {} : { object: change.after }),
    };
    for (const listener of this.#journal) listener(entry);
    this.#watches.tell(name, change);
  }

  #restore({ resourceVersion = 0, entries }: Restore): void {
    const seen = new Map<string, number>();
    this.#version = resourceVersion;
    for (const entry of entries) {
      // A journal may overlap its snapshot: what is older than what we have says nothing new.
      if ((seen.get(entry.key) ?? 0) > entry.resourceVersion) continue;
      seen.set(entry.key, entry.resourceVersion);
      this.#version = Math.max(this.#version, entry.resourceVersion);
      const [group = "", resource = "", namespace = "", name = ""] = entry.key.split("/");
      this.#collection(`${group}/${resource}`).load(namespace, name, freeze(entry.object));
    }
    this.#restoredVersion = this.#version;
    for (const definition of this.#collection(DEFINITIONS).objects()) this.#define(undefined, definition);
    for (const collection of this.#collections.values()) collection.forget(this.#version);
  }
}

function journalKey(collection: string, object: KubeObject): string {
  return `${collection}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

/** The test that the selectors of a list or watch make; `undefined` when there are none. */
function selection(
  served: ServedType,
  options: Pick<ListOptions, "labelSelector" | "fieldSelector">,
): ((object: KubeObject) => boolean) | undefined {
  const labels = parseLabelSelector(options.labelSelector);
  const fields = parseFieldSelector(options.fieldSelector, served.collection, served.type.group);
  if (labels === undefined) return fields;
  if (fields === undefined) return (object) => labels(object.metadata.labels);
  return (object) => labels(object.metadata.labels) && fields(object);
}
