import type { KubeObject } from "./contract.ts";

/** One change of one object. `after` is absent when it was deleted; `last` is then its final state, with the deletion's version. */
export interface Change {
  readonly resourceVersion: number;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  readonly last: KubeObject;
}

/** How many changes a watch or a paged list may lie behind before it is told to start anew (410). */
const HISTORY_MAX = 2000;

/**
 * The objects of one resource, by namespace and name, with the latest changes: enough to go on with a watch from an earlier
 * version, and to answer the later pages of a list as of its first.
 */
export class Collection {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  /** Names in order, made when first asked for after an object came or went. */
  readonly #sorted = new Map<string, readonly string[]>();
  #history: Change[] = [];
  #forgottenThrough: number;

  /** Nothing is known of changes up to `resourceVersion`. */
  constructor(resourceVersion: number) {
    this.#forgottenThrough = resourceVersion;
  }

  /** The newest version whose later changes are no longer all known. */
  get forgottenThrough(): number {
    return this.#forgottenThrough;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** Puts an object there without a trace in the history: for restoring. */
  load(namespace: string, name: string, object: KubeObject | undefined): void {
    let objects = this.#namespaces.get(namespace);
    if (object === undefined) {
      if (objects?.delete(name) !== true) return;
      if (objects.size === 0) this.#namespaces.delete(namespace);
      this.#sorted.delete(namespace);
      return;
    }
    if (objects === undefined) {
      objects = new Map();
      this.#namespaces.set(namespace, objects);
    }
    if (!objects.has(name)) this.#sorted.delete(namespace);
    objects.set(name, object);
  }

  /** Nothing before this is known: watches from earlier versions must start anew. */
  forget(resourceVersion: number): void {
    this.#history = [];
    this.#forgottenThrough = resourceVersion;
  }

  record(change: Change): void {
    const { metadata } = change.last;
    this.load(metadata.namespace ?? "", metadata.name, change.after);
    this.#history.push(change);
    if (this.#history.length < 2 * HISTORY_MAX) return;
    // Dropping half at once keeps the cost of a change constant.
    this.#forgottenThrough = this.#history[HISTORY_MAX - 1]?.resourceVersion ?? this.#forgottenThrough;
    this.#history = this.#history.slice(HISTORY_MAX);
  }

  /** The changes after a version, oldest first. */
  since(resourceVersion: number): readonly Change[] {
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#history[middle]?.resourceVersion ?? 0) <= resourceVersion) low = middle + 1;
      else high = middle;
    }
    return this.#history.slice(low);
  }

  /** Objects in order of namespace and name, now; of one namespace when given. */
  *objects(namespace?: string): Iterable<KubeObject> {
    for (const each of namespace === undefined ? [...this.#namespaces.keys()].sort() : [namespace]) {
      const objects = this.#namespaces.get(each);
      if (objects === undefined) continue;
      for (const name of this.#names(each, objects)) {
        const object = objects.get(name);
        if (object !== undefined) yield object;
      }
    }
  }

  /** The objects as they were at a version, in order: the later changes are taken back. */
  objectsAt(resourceVersion: number, namespace?: string): Iterable<KubeObject> {
    const changes = this.since(resourceVersion);
    if (changes.length === 0) return this.objects(namespace);
    const then = new Map<string, KubeObject>();
    for (const object of this.objects(namespace)) then.set(orderKey(object), object);
    for (const change of [...changes].reverse()) {
      if (namespace !== undefined && change.last.metadata.namespace !== namespace) continue;
      if (change.before === undefined) then.delete(orderKey(change.last));
      else then.set(orderKey(change.last), change.before);
    }
    return [...then].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  #names(namespace: string, objects: ReadonlyMap<string, KubeObject>): readonly string[] {
    let names = this.#sorted.get(namespace);
    if (names === undefined) {
      names = [...objects.keys()].sort();
      this.#sorted.set(namespace, names);
    }
    return names;
  }
}

/** Orders objects as their keys in a server's database do. */
export function orderKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
