import type { ListQuery, Manifest, ObjectReference } from "../../ports/index.ts";
import { ApiError, createStore, parseLabelSelector } from "../../../../pocket-cluster/src/store/index.ts";
import type {
  Environment,
  JournalEntry,
  ObjectStore,
  ResourceType,
} from "../../../../pocket-cluster/src/store/index.ts";

/** The objects of one API server, as far as the register needs them. Refusals are thrown as the API's own (ApiError). */
export interface ConfigMaps {
  get(reference: ObjectReference): Manifest | undefined;
  list(query: ListQuery): readonly Manifest[];
  create(manifest: Manifest): Manifest;
  replace(manifest: Manifest): Manifest;
  delete(reference: ObjectReference): void;
  /** Called after each change. */
  onChange: () => void;
  /** What a backup holds; `restore` goes back to it, versions and all. */
  backup(): unknown;
  restore(backup: unknown): void;
}

export type MakeConfigMaps = (environment: Environment) => ConfigMaps;

interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<string, Manifest>;
}

/**
 * Config maps and nothing else, at a fiftieth of the pocket cluster's cost for a write (no owners of fields, no schema), because a run of the
 * simulator is little else than such writes. A test holds it to the pocket cluster's store, answer by answer.
 */
export class LeanConfigMaps implements ConfigMaps {
  readonly #environment: Environment;
  #objects = new Map<string, Manifest>();
  #version = 1;
  onChange: () => void = () => undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get({ namespace, name }: ObjectReference): Manifest | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  list({ namespace, labelSelector, fieldSelector }: ListQuery): readonly Manifest[] {
    const labels = parseLabelSelector(labelSelector);
    const name = nameOf(fieldSelector);
    const found: Manifest[] = [];
    for (const object of this.#objects.values()) {
      const { metadata } = object;
      if (namespace !== undefined && metadata.namespace !== namespace) continue;
      if (name !== undefined && metadata.name !== name) continue;
      if (labels === undefined || labels(metadata.labels)) found.push(object);
    }
    return found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  create(manifest: Manifest): Manifest {
    const { name, namespace } = manifest.metadata;
    const key = keyOf(namespace, name);
    if (this.#objects.has(key)) throw new ApiError(409, "AlreadyExists", `configmaps "${name}" already exists`);
    const uid = uidFrom(this.#environment.random);
    const creationTimestamp = new Date(this.#environment.now()).toISOString().replace(/\.\d+/, "");
    return this.#keep(key, manifest, { uid, creationTimestamp });
  }

  replace(manifest: Manifest): Manifest {
    const { name, namespace, resourceVersion, uid } = manifest.metadata;
    const key = keyOf(namespace, name);
    const live = this.#objects.get(key);
    if (live === undefined) throw new ApiError(404, "NotFound", `configmaps "${name}" not found`);
    const { metadata } = live;
    const given = resourceVersion !== undefined && resourceVersion !== "";
    if ((given && resourceVersion !== metadata["resourceVersion"]) || (uid !== undefined && uid !== metadata["uid"]))
      throw new ApiError(409, "Conflict", `configmaps "${name}": the object has been modified`);
    if (isSame(manifest, live)) return live;
    return this.#keep(key, manifest, { uid: metadata["uid"], creationTimestamp: metadata["creationTimestamp"] });
  }

  delete({ namespace, name }: ObjectReference): void {
    if (!this.#objects.delete(keyOf(namespace, name))) return;
    this.#version += 1;
    this.onChange();
  }

  backup(): Backup {
    return { version: this.#version, objects: new Map(this.#objects) };
  }

  restore(backup: unknown): void {
    const { version, objects } = backup as Backup;
    this.#version = version;
    this.#objects = new Map(objects);
  }

  #keep(key: string, manifest: Manifest, system: Readonly<Record<string, unknown>>): Manifest {
    this.#version += 1;
    const metadata = { ...manifest.metadata, ...system, resourceVersion: String(this.#version) };
    const object = { ...manifest, metadata };
    this.#objects.set(key, object);
    this.onChange();
    return object;
  }
}

/** The pocket cluster's own store, for comparison and for runs that have the time. */
export class PocketConfigMaps implements ConfigMaps {
  readonly #environment: Environment;
  #store: ObjectStore;
  #type: ResourceType;
  onChange: () => void = () => undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#store = createStore(environment);
    this.#type = this.#configMaps();
    this.#hear();
  }

  get(reference: ObjectReference): Manifest | undefined {
    try {
      return this.#store.get(this.#key(reference));
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  list({ namespace, labelSelector, fieldSelector }: ListQuery): readonly Manifest[] {
    const options = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    return this.#store.list(this.#type, options).items;
  }

  create(manifest: Manifest): Manifest {
    this.#ensureNamespace(manifest.metadata.namespace);
    const { namespace } = manifest.metadata;
    return this.#store.create(this.#type, namespace, manifest, { fieldManager: "holdfast" }).object;
  }

  replace(manifest: Manifest): Manifest {
    return this.#store.update(this.#key(manifest.metadata), manifest, { fieldManager: "holdfast" }).object;
  }

  delete(reference: ObjectReference): void {
    if (this.get(reference) === undefined) return;
    this.#store.delete(this.#key(reference));
  }

  backup(): unknown {
    return this.#store.snapshot();
  }

  restore(backup: unknown): void {
    const restored = backup as { readonly resourceVersion: number; readonly entries: readonly JournalEntry[] };
    this.#store = createStore(this.#environment, restored);
    this.#type = this.#configMaps();
    this.#hear();
  }

  #hear(): void {
    this.#store.onJournal(({ key }) => {
      if (key.startsWith("/configmaps/")) this.onChange();
    });
  }

  #key({ namespace, name }: { readonly namespace?: string; readonly name: string }) {
    return { type: this.#type, name, ...(namespace === undefined ? {} : { namespace }) };
  }

  #configMaps(): ResourceType {
    const type = this.#store.findKind("v1", "ConfigMap");
    if (type === undefined) throw new Error("the store serves no config maps");
    return type;
  }

  #ensureNamespace(name: string | undefined): void {
    const type = this.#store.findKind("v1", "Namespace");
    if (type === undefined || name === undefined) return;
    if (this.#store.list(type).items.some(({ metadata }) => metadata.name === name)) return;
    this.#store.create(type, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}

function nameOf(fieldSelector: string | undefined): string | undefined {
  if (fieldSelector === undefined) return undefined;
  const [field, name] = fieldSelector.split("=");
  if (field !== "metadata.name" || name === undefined) throw new Error(`not modelled: fieldSelector ${fieldSelector}`);
  return name;
}

/** A write that changes nothing keeps the version, and nobody hears of it. */
function isSame(a: Manifest, b: Manifest): boolean {
  return (
    sameEntries(a["data"], b["data"]) &&
    sameEntries(a.metadata.labels, b.metadata.labels) &&
    sameEntries(a.metadata["annotations"], b.metadata["annotations"])
  );
}

function sameEntries(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const [x, y] = [(a ?? {}) as Record<string, unknown>, (b ?? {}) as Record<string, unknown>];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => x[key] === y[key]);
}

function uidFrom(random: () => number): string {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}
