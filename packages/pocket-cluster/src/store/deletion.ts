import type { DeleteOptions, KubeObject } from "./contract.ts";
import { preconditionFailed } from "./errors.ts";
import { without } from "./json.ts";
import type { Draft } from "./json.ts";
import type { Deletion } from "./kinds/rules.ts";
import { timestamp } from "./names.ts";
import type { ServedType } from "./types/served-type.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

export function checkPreconditions(served: ServedType, live: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = live;
  if (uid !== undefined && uid !== metadata.uid) {
    throw preconditionFailed(
      served.type,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw preconditionFailed(
      served.type,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

export function planDeletion(served: ServedType, live: KubeObject, options: DeleteOptions, now: number): Deletion {
  const { metadata } = live;
  const finalizers = finalizersAfter(served, live, options);
  const grace = served.rules.graceSeconds?.(live, options.gracePeriodSeconds) ?? 0;
  const deletedBefore = metadata.deletionTimestamp !== undefined;
  const graceBefore = metadata.deletionGracePeriodSeconds ?? 0;

  if (finalizers.length === 0 && grace === 0) return { kind: "gone" };
  const sameFinalizers = finalizers.length === (metadata.finalizers ?? []).length;
  // A second delete can only shorten the wait.
  if (deletedBefore && (grace >= graceBefore || options.gracePeriodSeconds === undefined) && sameFinalizers) {
    return { kind: "unchanged" };
  }
  const marked = without(metadata, "finalizers");
  if (finalizers.length > 0) marked["finalizers"] = finalizers;
  if (!deletedBefore || grace < graceBefore) {
    const started = deletedBefore ? Date.parse(metadata.deletionTimestamp) - graceBefore * 1000 : now;
    marked["deletionTimestamp"] = timestamp(started + grace * 1000);
    marked["deletionGracePeriodSeconds"] = grace;
    if (metadata.generation !== undefined) marked["generation"] = metadata.generation + 1;
  }
  return { kind: "held", draft: { ...(live as unknown as Draft), metadata: marked } };
}

/**
 * The propagation policy as finalizers, for the garbage collector to act on: it takes the children's owner references away
 * (orphan) or waits for the children to be gone (foreground) and then removes the finalizer.
 */
function finalizersAfter(served: ServedType, live: KubeObject, options: DeleteOptions): string[] {
  const others = (live.metadata.finalizers ?? []).filter((each) => each !== ORPHAN && each !== FOREGROUND);
  const policy = options.propagationPolicy ?? (served.rules.orphansByDefault === true ? "Orphan" : undefined);
  switch (policy) {
    case "Orphan":
      return [...others, ORPHAN];
    case "Foreground":
      return [...others, FOREGROUND];
    case "Background":
      return others;
    case undefined:
      return [...(live.metadata.finalizers ?? [])];
    default:
      return others;
  }
}
