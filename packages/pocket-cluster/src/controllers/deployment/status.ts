import { timestamp } from "../../objects/index.ts";
import type { Condition, Deployment, ReplicaSet } from "../../objects/index.ts";
import { nonZero } from "../replica-set.ts";
import { availableOf, replicasOf, slackOf, sum } from "./scale.ts";

export type DeploymentStatus = NonNullable<Deployment["status"]>;

/** The counters and the Available condition, from what the ReplicaSets report. */
export function countedStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const replicas = sum(all.map(({ status }) => status?.replicas ?? 0));
  const available = sum(all.map(availableOf));
  const enough = available >= (deployment.spec.replicas ?? 1) - slackOf(deployment).unavailable;
  return {
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    ...nonZero({
      replicas,
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: sum(all.map(({ status }) => status?.readyReplicas ?? 0)),
      availableReplicas: available,
      unavailableReplicas: Math.max(sum(all.map(replicasOf)) - available, 0),
    }),
    conditions: withCondition(
      deployment.status?.conditions ?? [],
      enough
        ? {
            type: "Available",
            status: "True",
            reason: "MinimumReplicasAvailable",
            message: "Deployment has minimum availability.",
          }
        : {
            type: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "Deployment does not have minimum availability.",
          },
      now,
    ),
  };
}

/** The Progressing condition on top: done, moving, stuck for too long. */
export function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const { progressDeadlineSeconds } = deployment.spec;
  if (progressDeadlineSeconds === undefined) return status;
  const before = status.conditions?.find(({ type }) => type === "Progressing");
  const subject =
    current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
  const set = (reason: string, verb: string, value: Condition["status"] = "True"): DeploymentStatus => ({
    ...status,
    conditions: withCondition(
      status.conditions ?? [],
      { type: "Progressing", status: value, reason, message: `${subject} ${verb}.` },
      now,
    ),
  });
  // A finished rollout stays finished while pods come and go; only a new template begins another.
  if (before?.reason === "NewReplicaSetAvailable" && (status.replicas ?? 0) === (status.updatedReplicas ?? 0))
    return status;
  if (isComplete(deployment, status)) return set("NewReplicaSetAvailable", "has successfully progressed");
  if (hasProgressed(deployment.status ?? {}, status)) {
    const moved = set("ReplicaSetUpdated", "is progressing");
    return before?.reason === "ReplicaSetUpdated" ? touched(moved, now) : moved;
  }
  if (before !== undefined && msUntilDeadline(deployment, status, now) === 0) {
    return set("ProgressDeadlineExceeded", "has timed out progressing", "False");
  }
  return status;
}

export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** 0: over. `undefined`: nothing is awaited. */
export function msUntilDeadline({ spec }: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const condition = status.conditions?.find(({ type }) => type === "Progressing");
  if (spec.progressDeadlineSeconds === undefined || spec.paused === true) return undefined;
  if (condition === undefined || condition.reason === "NewReplicaSetAvailable") return undefined;
  if (condition.reason === "ProgressDeadlineExceeded") return 0;
  return Math.max(Date.parse(condition.lastUpdateTime ?? "") + spec.progressDeadlineSeconds * 1000 - now, 0);
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** As deployment_util.SetDeploymentCondition: nothing changes while status and reason stay; what changes goes to the end. */
export function withCondition(conditions: readonly Condition[], fresh: Condition, now: number): readonly Condition[] {
  const before = conditions.find(({ type }) => type === fresh.type);
  if (before?.status === fresh.status && before.reason === fresh.reason) return conditions;
  const time = timestamp(now);
  const lastTransitionTime = before?.status === fresh.status ? (before.lastTransitionTime ?? time) : time;
  const { type, status, reason, message } = fresh;
  return [
    ...conditions.filter((condition) => condition.type !== fresh.type),
    {
      type,
      status,
      lastUpdateTime: time,
      lastTransitionTime,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    },
  ];
}

/** Progress restarts the deadline although the condition says the same. */
function touched(status: DeploymentStatus, now: number): DeploymentStatus {
  return {
    ...status,
    conditions: (status.conditions ?? []).map((condition) =>
      condition.type === "Progressing" ? { ...condition, lastUpdateTime: timestamp(now) } : condition,
    ),
  };
}
