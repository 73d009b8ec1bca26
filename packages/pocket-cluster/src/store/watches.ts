import type { Change } from "./collection.ts";
import type { KubeObject, WatchEvent } from "./contract.ts";

/** What one watch wants to see. */
export interface Watcher {
  readonly namespace: string | undefined;
  readonly matches: (object: KubeObject) => boolean;
  /** The object as the watched version of the type shows it. */
  readonly view: (object: KubeObject) => KubeObject;
  readonly listener: (event: WatchEvent) => void;
  /** Changes up to here were told already. */
  readonly from: number;
}

/**
 * What a watch is told of a change. A selector makes objects come and go: one that stops matching is DELETED for this watch, in its last matching state but
 * with the version of the change, so that the client can go on from there.
 */
export function eventFor(watcher: Watcher, change: Change): WatchEvent | undefined {
  if (watcher.namespace !== undefined && change.last.metadata.namespace !== watcher.namespace) return undefined;
  const before = change.before !== undefined && watcher.matches(change.before) ? change.before : undefined;
  const after = change.after !== undefined && watcher.matches(change.after) ? change.after : undefined;
  if (after !== undefined) {
    return { type: before === undefined ? "ADDED" : "MODIFIED", object: watcher.view(after) };
  }
  if (before === undefined) return undefined;
  const object =
    change.after === undefined && watcher.matches(change.last)
      ? change.last
      : atVersion(before, change.resourceVersion);
  return { type: "DELETED", object: watcher.view(object) };
}

function atVersion(object: KubeObject, resourceVersion: number): KubeObject {
  const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(resourceVersion) });
  return Object.freeze({ ...object, metadata });
}

/**
 * Tells watches of changes in the order they happened. A listener may write to the store or start a watch; what that causes
 * waits until every watch has heard of the change being told.
 */
export class Watches {
  readonly #byCollection = new Map<string, Set<Watcher>>();
  readonly #waiting: (() => void)[] = [];
  #telling = false;

  /** Starts a watch; `initial` is told to it first. */
  add(collection: string, watcher: Watcher, initial: readonly WatchEvent[]): () => void {
    let watchers = this.#byCollection.get(collection);
    if (watchers === undefined) {
      watchers = new Set();
      this.#byCollection.set(collection, watchers);
    }
    const all = watchers;
    all.add(watcher);
    this.#tell(() => {
      for (const event of initial) if (all.has(watcher)) watcher.listener(event);
    });
    return () => void all.delete(watcher);
  }

  /** Ends every watch of a collection that is no longer served. */
  clear(collection: string): void {
    this.#byCollection.get(collection)?.clear();
  }

  tell(collection: string, change: Change): void {
    const watchers = this.#byCollection.get(collection);
    if (watchers === undefined || watchers.size === 0) return;
    this.#tell(() => {
      for (const watcher of [...watchers]) {
        if (change.resourceVersion <= watcher.from || !watchers.has(watcher)) continue;
        const event = eventFor(watcher, change);
        if (event !== undefined) watcher.listener(event);
      }
    });
  }

  #tell(task: () => void): void {
    this.#waiting.push(task);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    } finally {
      this.#telling = false;
    }
  }
}
