import { scaled } from "../../objects/index.ts";
import type { Deployment, ReplicaSet } from "../../objects/index.ts";
import { MAX, byAge } from "./revisions.ts";

/** How far a rolling update may go over and under what is wanted. */
export interface Slack {
  readonly surge: number;
  readonly unavailable: number;
}

export function slackOf({ spec }: Deployment): Slack {
  const wanted = spec.replicas ?? 1;
  if (spec.strategy?.type === "Recreate" || wanted === 0) return { surge: 0, unavailable: 0 };
  const rolling = spec.strategy?.rollingUpdate;
  const surge = scaled(rolling?.maxSurge ?? "25%", wanted, "up");
  const unavailable = Math.min(scaled(rolling?.maxUnavailable ?? "25%", wanted, "down"), wanted);
  // Both zero could never move: then one may be missing.
  return surge === 0 && unavailable === 0 ? { surge: 0, unavailable: 1 } : { surge, unavailable };
}

/** How many pods the new ReplicaSet may have now. */
export function newReplicas(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): number {
  const wanted = deployment.spec.replicas ?? 1;
  const own = replicasOf(current);
  if (deployment.spec.strategy?.type === "Recreate") return wanted;
  const limit = wanted + slackOf(deployment).surge;
  const total = sum(all.map(replicasOf));
  if (total >= limit) return own;
  return own + Math.min(limit - total, wanted - own);
}

/** A change of some ReplicaSets' sizes. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

/**
 * The old ReplicaSets' next sizes in a rolling update: first pods that are not available go, as they cost nobody anything; then
 * available ones, as many as the new ReplicaSet's available pods make up for.
 */
export function shrinkOld(deployment: Deployment, old: readonly ReplicaSet[], current: ReplicaSet): Sizes {
  const all = [...old, current];
  const minAvailable = (deployment.spec.replicas ?? 1) - slackOf(deployment).unavailable;
  const newUnavailable = replicasOf(current) - availableOf(current);
  let spare = sum(all.map(replicasOf)) - minAvailable - newUnavailable;
  const sizes = new Map(old.map((set) => [set, replicasOf(set)]));
  if (spare <= 0) return new Map();

  const oldestFirst = [...old].sort(byAge);
  for (const set of oldestFirst) {
    const idle = Math.min(spare, replicasOf(set) - availableOf(set));
    if (idle <= 0) continue;
    sizes.set(set, replicasOf(set) - idle);
    spare -= idle;
  }
  let surplus = sum(all.map(availableOf)) - minAvailable;
  for (const set of oldestFirst) {
    const gone = Math.min(surplus, sizes.get(set) ?? 0);
    if (gone <= 0) continue;
    sizes.set(set, (sizes.get(set) ?? 0) - gone);
    surplus -= gone;
  }
  return changed(sizes);
}

/** A Deployment scaled in the middle of a rollout grows or shrinks its ReplicaSets in proportion, so that the mix stays. */
export function scaleInProportion(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const wanted = deployment.spec.replicas ?? 1;
  const allowed = wanted > 0 ? wanted + slackOf(deployment).surge : 0;
  const total = sum(active.map(replicasOf));
  const toAdd = allowed - total;
  // The largest first; among equals the newest grows and the oldest shrinks.
  const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = shareOf(set, deployment, allowed);
    const left = toAdd - added;
    const part = toAdd === 0 || replicasOf(set) === 0 ? 0 : toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    sizes.set(set, replicasOf(set) + part);
    added += part;
  }
  const [first] = ordered;
  if (first !== undefined) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return changed(sizes);
}

function shareOf(set: ReplicaSet, deployment: Deployment, allowed: number): number {
  const own = replicasOf(set);
  if ((deployment.spec.replicas ?? 1) === 0) return -own;
  const before = Number(set.metadata.annotations?.[MAX] ?? NaN) || sum([deployment.status?.replicas ?? own]);
  return Math.round((own * allowed) / before) - own;
}

function changed(sizes: Map<ReplicaSet, number>): Sizes {
  return new Map([...sizes].filter(([set, size]) => size !== replicasOf(set)));
}

export function replicasOf(set: ReplicaSet | undefined): number {
  return set?.spec.replicas ?? 0;
}

export function availableOf(set: ReplicaSet | undefined): number {
  return set?.status?.availableReplicas ?? 0;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
