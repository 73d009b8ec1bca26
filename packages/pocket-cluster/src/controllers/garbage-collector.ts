import { ApiError } from "../store/contract.ts";
import type { JournalEntry, KubeObject, ObjectKey, OwnerReference } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/**
 * Deletes what has lost its owners, and ends the deletion of owners that wait for their dependents (foreground) or let them go
 * (orphan). It follows every change through the journal, so it knows every object of every kind, also of kinds defined later.
 */
export function garbageCollector(context: ControllerContext): Controller {
  const { store } = context;
  /** By journal key, `group/resource/namespace/name`. */
  const objects = new Map<string, KubeObject>();
  const uids = new Map<string, string>();
  /** uid of an owner -> journal keys of what names it. */
  const dependents = new Map<string, Set<string>>();
  let stopped = false;

  const note = ({ key, object }: JournalEntry): void => {
    const before = objects.get(key);
    if (before !== undefined) {
      for (const { uid } of before.metadata.ownerReferences ?? []) {
        const group = dependents.get(uid);
        group?.delete(key);
        if (group?.size === 0) dependents.delete(uid);
      }
      uids.delete(before.metadata.uid);
      objects.delete(key);
    }
    if (object === undefined) return;
    objects.set(key, object);
    uids.set(object.metadata.uid, key);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const group = dependents.get(uid) ?? new Set<string>();
      dependents.set(uid, group.add(key));
    }
  };
  const dependentsOf = (uid: string): readonly string[] => [...(dependents.get(uid) ?? [])];

  const queue = createQueue("garbage-collector", context, (_, encoded) => {
    const object = objects.get(encoded);
    if (object !== undefined) tend(encoded, object);
    return undefined;
  });
  const enqueue = (key: string): void => queue.add({ name: key });

  const tend = (key: string, object: KubeObject): void => {
    const { metadata } = object;
    if (metadata.deletionTimestamp !== undefined) {
      if (metadata.finalizers?.includes(ORPHAN) === true) {
        for (const dependent of dependentsOf(metadata.uid))
          dropReferences(dependent, (reference) => reference.uid === metadata.uid);
        dropFinalizer(key, ORPHAN);
        return;
      }
      if (metadata.finalizers?.includes(FOREGROUND) === true) {
        endForeground(key, metadata.uid);
        return;
      }
    }
    const owners = metadata.ownerReferences ?? [];
    if (owners.length === 0 || metadata.deletionTimestamp !== undefined) return;
    const lost = owners.filter((owner) => !isAlive(owner, object));
    if (lost.length === 0) return;
    if (lost.length < owners.length) dropReferences(key, (reference) => lost.includes(reference));
    else
      act(key, (objectKey) =>
        store.delete(objectKey, { propagationPolicy: "Background", preconditions: { uid: metadata.uid } }),
      );
  };

  /** Everything that blocks the owner goes first; then the owner may. */
  const endForeground = (key: string, uid: string): void => {
    let blocking = 0;
    for (const dependent of dependentsOf(uid)) {
      const object = objects.get(dependent);
      if (object === undefined) continue;
      if (
        object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true) ===
        true
      )
        blocking += 1;
      if (object.metadata.deletionTimestamp !== undefined) continue;
      const others = (object.metadata.ownerReferences ?? []).filter(
        (owner) => owner.uid !== uid && isAlive(owner, object),
      );
      if (others.length > 0) dropReferences(dependent, (reference) => reference.uid === uid);
      else
        act(dependent, (objectKey) =>
          store.delete(objectKey, {
            propagationPolicy: dependentsOf(object.metadata.uid).length > 0 ? "Foreground" : "Background",
          }),
        );
    }
    if (blocking === 0 || dependentsOf(uid).length === 0) dropFinalizer(key, FOREGROUND);
  };

  /** An owner in another namespace cannot be one (Kubernetes forbids it), so it counts as gone. */
  const isAlive = ({ uid }: OwnerReference, dependent: KubeObject): boolean => {
    const key = uids.get(uid);
    const owner = key === undefined ? undefined : objects.get(key);
    if (owner === undefined) return false;
    return owner.metadata.namespace === undefined || owner.metadata.namespace === dependent.metadata.namespace;
  };

  const act = (key: string, action: (objectKey: ObjectKey) => unknown): void => {
    const object = objects.get(key);
    const type = object && store.findKind(object.apiVersion, object.kind);
    if (object === undefined || type === undefined) return;
    const { name, namespace } = object.metadata;
    try {
      action({ type, name, ...(namespace !== undefined && { namespace }) });
    } catch (error) {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
      enqueue(key);
    }
  };
  const rewrite = (key: string, change: (object: KubeObject) => KubeObject): void => {
    act(key, (objectKey) => {
      store.update(objectKey, change(store.get(objectKey)), { fieldManager: "kube-controller-manager" });
    });
  };
  const dropReferences = (key: string, drop: (reference: OwnerReference) => boolean): void =>
    rewrite(key, (object) => {
      const kept = (object.metadata.ownerReferences ?? []).filter((reference) => !drop(reference));
      return { ...object, metadata: { ...object.metadata, ownerReferences: kept } };
    });
  const dropFinalizer = (key: string, finalizer: string): void =>
    rewrite(key, (object) => {
      const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
      return { ...object, metadata: { ...object.metadata, finalizers } };
    });

  for (const entry of store.snapshot().entries) note(entry);
  for (const [key, object] of objects) if (concerns(object)) enqueue(key);
  store.onJournal((entry) => {
    if (stopped) return;
    const before = objects.get(entry.key);
    note(entry);
    if (entry.object !== undefined) {
      if (concerns(entry.object)) enqueue(entry.key);
    } else if (before !== undefined) {
      for (const dependent of dependentsOf(before.metadata.uid)) enqueue(dependent);
      // An owner may have waited for this one.
      for (const { uid } of before.metadata.ownerReferences ?? []) {
        const owner = uids.get(uid);
        if (owner !== undefined) enqueue(owner);
      }
    }
  });
  return controller(queue, [() => void (stopped = true)]);
}

/** Most changes (leases, events, statuses) are of things that nobody owns and nobody deletes. */
function concerns({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).length > 0 || metadata.deletionTimestamp !== undefined;
}
