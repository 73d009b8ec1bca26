import { controllerOf, controllerReference, isControlledBy, selects } from "../objects/index.ts";
import type { LabelSelector, Resource } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";

/**
 * What an owner controls among the candidates: its own that its selector still selects; it takes those that nobody controls and
 * lets go of those that it selects no more (as client-go's ControllerRefManager).
 */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector,
  objects: Resource<T>,
): readonly T[] {
  return objects.list(owner.metadata.namespace).flatMap((object): readonly T[] => {
    const matches = selects(selector, object.metadata.labels);
    if (isControlledBy(object, owner)) {
      if (matches || owner.metadata.deletionTimestamp !== undefined) return [object];
      const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      objects.update({ ...object, metadata: { ...object.metadata, ownerReferences: others } });
      return [];
    }
    if (!matches || controllerOf(object) !== undefined) return [];
    if (object.metadata.deletionTimestamp !== undefined || owner.metadata.deletionTimestamp !== undefined) return [];
    const references = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
    const taken = objects.update({ ...object, metadata: { ...object.metadata, ownerReferences: references } });
    return taken === undefined ? [] : [taken];
  });
}
