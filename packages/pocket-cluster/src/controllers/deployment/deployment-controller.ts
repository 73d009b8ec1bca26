import { controllerOf, controllerReference, isControlledBy, isPodActive, without } from "../../objects/index.ts";
import type { Deployment, EventRecorder, Pod, ReplicaSet, Resource } from "../../objects/index.ts";
import { controller, createQueue } from "../controller.ts";
import type { Controller, ControllerContext } from "../controller.ts";
import { templateHash } from "../hash.ts";
import { claim } from "../ownership.ts";
import { DESIRED, HASH_LABEL, MAX, REVISION, annotationsFor, byAge, findNew, revisionOf } from "./revisions.ts";
import { availableOf, newReplicas, replicasOf, scaleInProportion, shrinkOld, slackOf } from "./scale.ts";
import { countedStatus, isComplete, msUntilDeadline, withCondition, withProgress } from "./status.ts";

/** Rolls Deployments out over ReplicaSets, step by step as kube-controller-manager does; each look takes at most one step. */
export function deploymentController(context: ControllerContext): Controller {
  const deployments = context.objects<Deployment>("apps/v1", "Deployment");
  const sets = context.objects<ReplicaSet>("apps/v1", "ReplicaSet");
  const pods = context.objects<Pod>("v1", "Pod");
  const rollout = new Rollout(context, deployments, sets, pods, context.events("deployment-controller"));

  const queue = createQueue("deployment", context, (namespace, name) => {
    const deployment = deployments.get(namespace, name);
    return deployment && rollout.step(deployment);
  });
  return controller(queue, [
    deployments.watch((_, deployment) => queue.add(deployment.metadata)),
    sets.watch((_, set) => {
      const owner = controllerOf(set);
      if (owner?.kind === "Deployment") queue.add({ namespace: set.metadata.namespace ?? "", name: owner.name });
    }),
    // Recreate waits for the old pods to be gone, which no ReplicaSet's change tells.
    pods.watch((type, pod) => {
      const owner = type === "DELETED" ? controllerOf(pod) : undefined;
      const set = owner?.kind === "ReplicaSet" ? sets.get(pod.metadata.namespace, owner.name) : undefined;
      const grandOwner = set && controllerOf(set);
      if (grandOwner?.kind === "Deployment")
        queue.add({ namespace: pod.metadata.namespace ?? "", name: grandOwner.name });
    }),
  ]);
}

class Rollout {
  readonly #context: ControllerContext;
  readonly #deployments: Resource<Deployment>;
  readonly #sets: Resource<ReplicaSet>;
  readonly #pods: Resource<Pod>;
  readonly #events: EventRecorder;

  constructor(
    context: ControllerContext,
    deployments: Resource<Deployment>,
    sets: Resource<ReplicaSet>,
    pods: Resource<Pod>,
    events: EventRecorder,
  ) {
    this.#context = context;
    this.#deployments = deployments;
    this.#sets = sets;
    this.#pods = pods;
    this.#events = events;
  }

  step(found: Deployment): number | undefined {
    let deployment = found;
    let all = claim(deployment, deployment.spec.selector, this.#sets);
    if (deployment.metadata.deletionTimestamp === undefined) {
      if (deployment.spec.paused === true || this.#wasScaled(deployment, all)) this.#scale(deployment, all);
      else if (deployment.spec.strategy?.type === "Recreate") this.#recreate(deployment, all);
      else this.#roll(deployment, all);
      deployment = this.#deployments.get(found.metadata.namespace, found.metadata.name) ?? deployment;
      all = claim(deployment, deployment.spec.selector, this.#sets);
      deployment = this.#numberRevision(deployment, findNew(deployment, all));
    }
    const current = findNew(deployment, all);
    const now = this.#context.timers.now();
    const paused = this.#pausedCondition(deployment, now);
    const status = withProgress(deployment, countedStatus(paused, all, current, now), current, now);
    this.#deployments.updateStatus(deployment, status);
    if (deployment.metadata.deletionTimestamp === undefined && isComplete(deployment, status))
      this.#forgetOld(deployment, all, current);
    const leftMs = msUntilDeadline(deployment, status, now);
    return leftMs === 0 ? undefined : leftMs;
  }

  #wasScaled(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
    return all.some((set) => {
      const desired = set.metadata.annotations?.[DESIRED];
      return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== (deployment.spec.replicas ?? 1);
    });
  }

  #scale(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const current = findNew(deployment, all);
    const active = all.filter((set) => replicasOf(set) > 0);
    const newest =
      active.length === 0 ? (current ?? [...all].sort(byAge).at(-1)) : active.length === 1 ? active[0] : undefined;
    if (newest !== undefined) {
      this.#resize(deployment, newest, deployment.spec.replicas ?? 1);
    } else if (
      current !== undefined &&
      replicasOf(current) === (deployment.spec.replicas ?? 1) &&
      availableOf(current) === replicasOf(current)
    ) {
      for (const set of active) if (set !== current) this.#resize(deployment, set, 0);
    } else if (deployment.spec.strategy?.type !== "Recreate") {
      const sizes = scaleInProportion(deployment, active);
      for (const set of active) this.#resize(deployment, set, sizes.get(set) ?? replicasOf(set));
    }
  }

  #roll(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const found = findNew(deployment, all);
    if (found === undefined) {
      this.#create(deployment, all);
      return;
    }
    const wanted = deployment.spec.replicas ?? 1;
    const size = replicasOf(found) > wanted ? wanted : newReplicas(deployment, all, found);
    if (size !== replicasOf(found)) {
      this.#resize(deployment, found, size);
      return;
    }
    const current = this.#resize(deployment, found, size);
    const old = all.filter((set) => set !== found && replicasOf(set) > 0);
    for (const [set, next] of shrinkOld(deployment, old, current)) this.#resize(deployment, set, next);
  }

  #recreate(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const current = findNew(deployment, all);
    const old = all.filter((set) => set !== current);
    const active = old.filter((set) => replicasOf(set) > 0);
    for (const set of active) this.#resize(deployment, set, 0);
    // Also a pod that is still ending counts: the old and the new version must never run together.
    const oldRuns = this.#pods
      .list(deployment.metadata.namespace)
      .some(
        (pod) =>
          old.some((set) => isControlledBy(pod, set)) &&
          (isPodActive(pod) || pod.metadata.deletionTimestamp !== undefined),
      );
    if (active.length > 0 || oldRuns) return;
    if (current === undefined) this.#create(deployment, all);
    else this.#resize(deployment, current, deployment.spec.replicas ?? 1);
  }

  #create(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const { metadata, spec } = deployment;
    const hash = this.#freeHash(deployment, all);
    const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: hash };
    const name = `${metadata.name}-${hash}`;
    const replicas = newReplicas(deployment, all, undefined);
    const revision = Math.max(0, ...all.map(revisionOf)) + 1;
    this.#sets.create(metadata.namespace, {
      metadata: {
        name,
        namespace: metadata.namespace,
        labels,
        annotations: { ...annotationsFor(deployment, undefined, revision), ...this.#sizeAnnotations(deployment) },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
        selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: hash } },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      },
    });
    this.#event(deployment, `Scaled up replica set ${name} from 0 to ${replicas}`, replicas > 0);
    const now = this.#context.timers.now();
    const created = {
      type: "Progressing",
      status: "True",
      reason: "NewReplicaSetCreated",
      message: `Created new replica set "${name}"`,
    } as const;
    this.#deployments.updateStatus(deployment, {
      ...deployment.status,
      conditions: withCondition(deployment.status?.conditions ?? [], created, now),
    });
  }

  /** Another Deployment's ReplicaSet may have the name already. */
  #freeHash(deployment: Deployment, all: readonly ReplicaSet[]): string {
    for (let collisions = 0; ; collisions += 1) {
      const hash = templateHash(deployment.spec.template, collisions);
      const taken = this.#sets.get(deployment.metadata.namespace, `${deployment.metadata.name}-${hash}`);
      if (taken === undefined && !all.some(({ metadata }) => metadata.labels?.[HASH_LABEL] === hash)) return hash;
    }
  }

  #resize(deployment: Deployment, set: ReplicaSet, size: number): ReplicaSet {
    const before = replicasOf(set);
    const annotations = { ...set.metadata.annotations, ...this.#sizeAnnotations(deployment) };
    const same =
      before === size && Object.entries(annotations).every(([key, value]) => set.metadata.annotations?.[key] === value);
    if (same) return set;
    const updated = this.#sets.update({
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas: size },
    });
    const direction = size > before ? "up" : "down";
    this.#event(
      deployment,
      `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`,
      size !== before,
    );
    return updated ?? set;
  }

  #sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
    const wanted = deployment.spec.replicas ?? 1;
    return { [DESIRED]: String(wanted), [MAX]: String(wanted + slackOf(deployment).surge) };
  }

  /** The current ReplicaSet has the highest number, also when a rollback has brought back an old one. */
  #numberRevision(deployment: Deployment, current: ReplicaSet | undefined): Deployment {
    if (current === undefined) return deployment;
    const others = this.#sets
      .list(deployment.metadata.namespace)
      .filter((set) => isControlledBy(set, deployment) && set.metadata.uid !== current.metadata.uid);
    const highest = Math.max(0, ...others.map(revisionOf));
    const revision = revisionOf(current) > highest ? revisionOf(current) : highest + 1;
    const annotations = annotationsFor(deployment, current, revision);
    const { minReadySeconds } = deployment.spec;
    if (
      JSON.stringify(annotations) !== JSON.stringify(current.metadata.annotations) ||
      (current.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)
    ) {
      this.#sets.update({
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: {
          ...without(current.spec, "minReadySeconds"),
          ...(minReadySeconds !== undefined && { minReadySeconds }),
        },
      });
    }
    if (deployment.metadata.annotations?.[REVISION] === String(revision)) return deployment;
    const annotated = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
    return (
      this.#deployments.update({ ...deployment, metadata: { ...deployment.metadata, annotations: annotated } }) ??
      deployment
    );
  }

  #pausedCondition(deployment: Deployment, now: number): Deployment {
    const before = deployment.status?.conditions?.find(({ type }) => type === "Progressing");
    const paused = deployment.spec.paused === true;
    if (before?.reason === "ProgressDeadlineExceeded" || paused === (before?.reason === "DeploymentPaused"))
      return deployment;
    const fresh = paused
      ? ({
          type: "Progressing",
          status: "Unknown",
          reason: "DeploymentPaused",
          message: "Deployment is paused",
        } as const)
      : before?.reason === "DeploymentPaused"
        ? ({
            type: "Progressing",
            status: "Unknown",
            reason: "DeploymentResumed",
            message: "Deployment is resumed",
          } as const)
        : undefined;
    if (fresh === undefined) return deployment;
    return {
      ...deployment,
      status: { ...deployment.status, conditions: withCondition(deployment.status?.conditions ?? [], fresh, now) },
    };
  }

  #forgetOld(deployment: Deployment, all: readonly ReplicaSet[], current: ReplicaSet | undefined): void {
    const kept = deployment.spec.revisionHistoryLimit ?? 10;
    const idle = all.filter(
      (set) =>
        set !== current &&
        replicasOf(set) === 0 &&
        (set.status?.replicas ?? 0) === 0 &&
        set.metadata.deletionTimestamp === undefined,
    );
    const surplus = idle.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(idle.length - kept, 0));
    for (const set of surplus) this.#sets.delete(set, { propagationPolicy: "Background" });
  }

  #event(deployment: Deployment, message: string, worthTelling: boolean): void {
    if (worthTelling) this.#events.record(deployment, "Normal", "ScalingReplicaSet", message);
  }
}
