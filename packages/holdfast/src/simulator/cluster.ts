import { ClusterError, clusterErrorCode } from "../ports/index.ts";
import type { Cluster, KubernetesObject, ListQuery, Manifest, ObjectReference } from "../ports/index.ts";
import { ApiError, createStore } from "../../../pocket-cluster/src/store/index.ts";
import type { Environment, ObjectKey, ObjectStore, ResourceType } from "../../../pocket-cluster/src/store/index.ts";

/** A cluster in memory: the pocket cluster's own store, without controllers, behind a connection that can be cut. */
export class SimulatedCluster implements Cluster {
  /** For those who play the controllers' or another client's part. */
  readonly store: ObjectStore;
  readonly #onReachable = new Set<() => void>();
  #reachable = true;

  constructor(environment: Environment) {
    this.store = createStore(environment);
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  /** While it cannot be reached, requests fail and followers hear nothing; then they hear what is. */
  set reachable(reachable: boolean) {
    this.#reachable = reachable;
    for (const listener of [...this.#onReachable]) listener();
  }

  apply(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask(signal, () => {
      const options = { fieldManager: "holdfast", force: true, fieldValidation: "Strict" } as const;
      return this.store.patch(this.#key(manifest), "apply", manifest, options).object;
    });
  }

  get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    return this.#ask(signal, () => {
      const key = this.#keyOf(reference);
      try {
        return this.store.get(key);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    });
  }

  list(query: ListQuery, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
    return this.#ask(signal, () => this.#list(query));
  }

  create(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask(signal, () => {
      const { type, namespace } = this.#key(manifest);
      return this.store.create(type, namespace, manifest, { fieldManager: "holdfast" }).object;
    });
  }

  replace(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask(signal, () => {
      return this.store.update(this.#key(manifest), manifest, { fieldManager: "holdfast" }).object;
    });
  }

  delete(reference: ObjectReference, signal?: AbortSignal): Promise<void> {
    return this.#ask(signal, () => {
      const key = this.#keyOf(reference);
      try {
        this.store.delete(key, { propagationPolicy: "Background" });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      }
    });
  }

  async follow(
    query: ListQuery,
    onChange: (objects: readonly KubernetesObject[]) => void,
    signal: AbortSignal,
    onTrouble: (error: ClusterError) => void = () => undefined,
  ): Promise<void> {
    if (signal.aborted) return;
    const tell = (): void => {
      if (!this.#reachable) onTrouble(unreachable());
      else onChange(this.#list(query));
    };
    const type = await this.#ask(signal, () => this.#type(query.apiVersion, query.kind));
    // A resource version: only what comes after, for the list is told first.
    const options = { ...selection(query), resourceVersion: this.store.resourceVersion() };
    tell();
    const unwatch = this.store.watch(type, options, () => {
      // Not from within the write: a real server's events come after its answer.
      if (this.#reachable) queueMicrotask(() => signal.aborted || tell());
    });
    this.#onReachable.add(tell);
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#onReachable.delete(tell);
    unwatch();
  }

  async #ask<T>(signal: AbortSignal | undefined, act: () => T): Promise<T> {
    // An answer always takes a turn, so that no caller comes to rely on less.
    await Promise.resolve();
    signal?.throwIfAborted();
    if (!this.#reachable) throw unreachable();
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new ClusterError(clusterErrorCode(error.code, error.message), error.message, { cause: error });
    }
  }

  #list(query: ListQuery): readonly KubernetesObject[] {
    return this.store.list(this.#type(query.apiVersion, query.kind), selection(query)).items;
  }

  #key({ apiVersion, kind, metadata: { name, namespace } }: Manifest): ObjectKey {
    return this.#keyOf({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
  }

  #keyOf({ apiVersion, kind, namespace, name }: ObjectReference): ObjectKey {
    const type = this.#type(apiVersion, kind);
    if (type.namespaced && namespace === undefined)
      throw new ClusterError("invalid", `${kind} ${name} needs a namespace`);
    return { type, name, ...(type.namespaced && namespace !== undefined ? { namespace } : {}) };
  }

  #type(apiVersion: string, kind: string): ResourceType {
    const type = this.store.findKind(apiVersion, kind);
    if (type !== undefined) return type;
    throw new ClusterError("unknown-kind", `the server does not know the kind ${kind} of ${apiVersion}`);
  }
}

function unreachable(): ClusterError {
  return new ClusterError("unreachable", "the simulated cluster cannot be reached");
}

function selection({ namespace, labelSelector, fieldSelector }: ListQuery) {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
