import {
  FLEET_LABEL,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SITE_LABEL,
  describeReference,
  referenceTo,
  renderedKinds,
  waveOf,
} from "../render/kubernetes/index.ts";
import type { Manifest, ObjectReference } from "../render/kubernetes/index.ts";

/** Whose objects may be pruned: those that carry all three labels. */
export interface Ownership {
  readonly fleet: string;
  readonly site: string;
}

export interface RolloutPlan {
  /** To apply one after the other; the objects of one wave do not depend on each other. */
  readonly waves: readonly (readonly Manifest[])[];
  /** To delete afterwards, dependents first. */
  readonly prune: readonly ObjectReference[];
  /** Ours and no longer wanted, but not deleted. */
  readonly kept: readonly { readonly reference: ObjectReference; readonly reason: string }[];
}

/** Beyond this share of what we own, a deletion is more likely a mistake (the wrong file, the wrong cluster) than a wish. */
const PRUNE_SHARE_MAX = 0.3;

/**
 * Only kinds that we render are ever pruned: volume claims are not among them, so data outlives every mistake here. A
 * namespace stays, because deleting it would delete whatever else is in it.
 */
const prunable = new Map(
  renderedKinds.filter(({ kind }) => kind !== "Namespace").map((each) => [`${each.apiVersion} ${each.kind}`, each]),
);

/**
 * Desired x observed -> what to do. `observed` may hold anything: what is not ours is not touched. `pruneShareMax` is the
 * largest share (0 to 1) of our objects that may be deleted at once.
 */
export function planRollout(
  desired: readonly Manifest[],
  observed: readonly Manifest[],
  owner: Ownership,
  pruneShareMax: number = PRUNE_SHARE_MAX,
): RolloutPlan {
  const wanted = new Set(desired.map(keyOf));
  const ours = observed.filter((object) => isOurs(object, owner));
  const unwanted = ours.filter((object) => !wanted.has(keyOf(object)));
  const namespaces = unwanted.filter(({ kind }) => kind === "Namespace");
  const toPrune = unwanted.filter((object) => prunable.has(`${object.apiVersion} ${object.kind}`));
  const tooMany = toPrune.length > 1 && toPrune.length > ours.length * pruneShareMax;
  const kept = [
    ...namespaces.map((object) => ({ object, reason: "a namespace is never deleted: others may use it" })),
    ...(tooMany ? toPrune : []).map((object) => ({
      object,
      reason: `${toPrune.length} of our ${ours.length} objects would go, more than ${Math.round(pruneShareMax * 100)} %`,
    })),
  ];
  return {
    waves: inWaves(desired),
    prune: tooMany
      ? []
      : toPrune.toSorted((a, b) => waveOf(b) - waveOf(a) || compare(keyOf(a), keyOf(b))).map(referenceTo),
    kept: kept
      .map(({ object, reason }) => ({ reference: referenceTo(object), reason }))
      .sort((a, b) => compare(describeReference(a.reference), describeReference(b.reference))),
  };
}

function inWaves(manifests: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const waves = new Map<number, Manifest[]>();
  for (const manifest of manifests) {
    const wave = waves.get(waveOf(manifest)) ?? [];
    waves.set(waveOf(manifest), wave);
    wave.push(manifest);
  }
  return [...waves].sort(([a], [b]) => a - b).map(([, wave]) => wave);
}

/** What another controller made from an object of ours may carry our labels; its owner answers for it. */
function isOurs({ metadata }: Manifest, { fleet, site }: Ownership): boolean {
  const { labels, ownerReferences } = metadata;
  return (
    labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
    labels[FLEET_LABEL] === fleet &&
    labels[SITE_LABEL] === site &&
    !(Array.isArray(ownerReferences) && ownerReferences.length > 0)
  );
}

/** Without the version: a server answers the same object in each version of its group. */
function keyOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return `${group}/${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
