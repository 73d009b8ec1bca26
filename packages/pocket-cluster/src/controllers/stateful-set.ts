import { controllerOf, controllerReference, isPodAvailable, isPodFinished, isPodReady } from "../objects/index.ts";
import type { EventRecorder, Pod, Resource, StatefulSet } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { templateHash } from "./hash.ts";
import { claim } from "./ownership.ts";
import { msUntilAvailable, nonZero } from "./replica-set.ts";

const REVISION_LABEL = "controller-revision-hash";

interface Revision extends KubeObject {
  readonly data: unknown;
  readonly revision: number;
}

/** Keeps numbered pods, each with its own name and volumes; in order, one at a time, unless the set says Parallel. */
export function statefulSetController(context: ControllerContext): Controller {
  const sets = context.objects<StatefulSet>("apps/v1", "StatefulSet");
  const pods = context.objects<Pod>("v1", "Pod");
  const claims = context.objects("v1", "PersistentVolumeClaim");
  const revisions = context.objects<Revision>("apps/v1", "ControllerRevision");
  const events = context.events("statefulset-controller");

  const queue = createQueue("statefulset", context, (namespace, name) => {
    const set = sets.get(namespace, name);
    if (set === undefined) return undefined;
    const now = context.timers.now();
    const update = currentRevision(set, revisions);
    const stable = set.status?.currentRevision ?? update;
    const keeper = new Keeper(set, pods, claims, revisions, events, { stable, update }, now);
    if (set.metadata.deletionTimestamp === undefined) keeper.step();
    const own = claim(set, set.spec.selector, pods);
    const status = statusOf(set, own, stable, update, now);
    sets.updateStatus(set, status);
    forgetRevisions(set, revisions, new Set([status.currentRevision, update, ...own.map(revisionOf)]));
    return msUntilAvailable(own, set.spec.minReadySeconds ?? 0, now);
  });
  return controller(queue, [
    sets.watch((_, set) => queue.add(set.metadata)),
    pods.watch((_, pod) => {
      const owner = controllerOf(pod);
      if (owner?.kind === "StatefulSet") queue.add({ namespace: pod.metadata.namespace ?? "", name: owner.name });
    }),
  ]);
}

class Keeper {
  readonly #set: StatefulSet;
  readonly #pods: Resource<Pod>;
  readonly #claims: Resource<KubeObject>;
  readonly #revisions: Resource<Revision>;
  readonly #events: EventRecorder;
  readonly #revision: { readonly stable: string; readonly update: string };
  readonly #now: number;

  constructor(
    set: StatefulSet,
    pods: Resource<Pod>,
    claims: Resource<KubeObject>,
    revisions: Resource<Revision>,
    events: EventRecorder,
    revision: { readonly stable: string; readonly update: string },
    now: number,
  ) {
    this.#set = set;
    this.#pods = pods;
    this.#claims = claims;
    this.#revisions = revisions;
    this.#events = events;
    this.#revision = revision;
    this.#now = now;
  }

  /** The next needed thing; with Parallel, everything that does not have to wait. */
  step(): void {
    const { spec } = this.#set;
    const first = spec.ordinals?.start ?? 0;
    const count = spec.replicas ?? 1;
    const inOrder = spec.podManagementPolicy !== "Parallel";
    const own = new Map(claim(this.#set, spec.selector, this.#pods).map((pod) => [ordinalOf(pod), pod]));

    for (let ordinal = first; ordinal < first + count; ordinal += 1) {
      const pod = own.get(ordinal);
      if (pod === undefined) this.#create(ordinal);
      else if (isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined) this.#delete(pod);
      if (inOrder && (pod === undefined || !this.#isHealthy(pod))) return;
    }
    const surplus = [...own]
      .filter(([ordinal]) => ordinal < first || ordinal >= first + count)
      .sort(([a], [b]) => b - a);
    for (const [, pod] of surplus) {
      if (pod.metadata.deletionTimestamp === undefined) this.#delete(pod);
      if (inOrder) return;
    }
    this.#rollUpdate(own, first, count);
  }

  /** From the highest ordinal down to the partition, the next one when the last is healthy. */
  #rollUpdate(own: ReadonlyMap<number, Pod>, first: number, count: number): void {
    const { updateStrategy } = this.#set.spec;
    if (updateStrategy?.type === "OnDelete") return;
    const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
    for (let ordinal = first + count - 1; ordinal >= Math.max(partition, first); ordinal -= 1) {
      const pod = own.get(ordinal);
      if (pod === undefined) return;
      if (revisionOf(pod) !== this.#revision.update) {
        if (pod.metadata.deletionTimestamp === undefined) this.#delete(pod);
        return;
      }
      if (!this.#isHealthy(pod)) return;
    }
  }

  #isHealthy(pod: Pod): boolean {
    return (
      pod.metadata.deletionTimestamp === undefined &&
      isPodAvailable(pod, this.#set.spec.minReadySeconds ?? 0, this.#now)
    );
  }

  #create(ordinal: number): void {
    const { metadata, spec } = this.#set;
    const name = `${metadata.name}-${ordinal}`;
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const revision =
      ordinal < partition && this.#revision.stable !== this.#revision.update
        ? this.#revision.stable
        : this.#revision.update;
    const template = revision === this.#revision.update ? spec.template : this.#templateOf(revision);
    for (const each of spec.volumeClaimTemplates ?? []) this.#createClaim(each.metadata, each.spec, name);
    this.#pods.create(metadata.namespace, {
      metadata: {
        ...template.metadata,
        name,
        namespace: metadata.namespace,
        labels: {
          ...template.metadata?.labels,
          "apps.kubernetes.io/pod-index": String(ordinal),
          [REVISION_LABEL]: revision,
          "statefulset.kubernetes.io/pod-name": name,
        },
        ownerReferences: [controllerReference(this.#set)],
      },
      spec: {
        ...template.spec,
        hostname: name,
        ...(spec.serviceName !== undefined && { subdomain: spec.serviceName }),
        volumes: [
          ...(template.spec.volumes ?? []).filter(
            (volume) => !spec.volumeClaimTemplates?.some((each) => each.metadata.name === volume.name),
          ),
          ...(spec.volumeClaimTemplates ?? []).map((each) => ({
            name: each.metadata.name,
            persistentVolumeClaim: { claimName: `${each.metadata.name}-${name}` },
          })),
        ],
      },
    });
    this.#events.record(
      this.#set,
      "Normal",
      "SuccessfulCreate",
      `create Pod ${name} in StatefulSet ${metadata.name} successful`,
    );
  }

  #templateOf(revision: string): StatefulSet["spec"]["template"] {
    const found = this.#revisions.get(this.#set.metadata.namespace, revision)?.data as
      { spec?: { template?: StatefulSet["spec"]["template"] } } | undefined;
    return found?.spec?.template ?? this.#set.spec.template;
  }

  /** A claim outlives its pod, and a pod that comes back finds it again. */
  #createClaim(
    metadata: { readonly name: string; readonly labels?: object; readonly annotations?: object },
    spec: object,
    podName: string,
  ): void {
    const { namespace, name: setName } = this.#set.metadata;
    const name = `${metadata.name}-${podName}`;
    if (this.#claims.get(namespace, name) !== undefined) return;
    const goesWithSet = this.#set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
    this.#claims.create(namespace, {
      metadata: {
        name,
        namespace,
        labels: { ...this.#set.spec.selector.matchLabels, ...metadata.labels },
        ...(metadata.annotations && { annotations: metadata.annotations }),
        ...(goesWithSet && { ownerReferences: [controllerReference(this.#set)] }),
      },
      spec,
    });
    this.#events.record(
      this.#set,
      "Normal",
      "SuccessfulCreate",
      `create Claim ${name} Pod ${podName} in StatefulSet ${setName} success`,
    );
  }

  #delete(pod: Pod): void {
    this.#pods.delete(pod);
    const { name } = this.#set.metadata;
    this.#events.record(
      this.#set,
      "Normal",
      "SuccessfulDelete",
      `delete Pod ${pod.metadata.name} in StatefulSet ${name} successful`,
    );
  }
}

/** The ControllerRevision of the template as it is now, made if it is not there. */
function currentRevision(set: StatefulSet, revisions: Resource<Revision>): string {
  const hash = templateHash(set.spec.template);
  const name = `${set.metadata.name}-${hash}`;
  const own = claim(set, set.spec.selector, revisions);
  const newest = Math.max(0, ...own.map(({ revision }) => revision));
  const found = revisions.get(set.metadata.namespace, name);
  if (found === undefined) {
    revisions.create(set.metadata.namespace, {
      metadata: {
        name,
        namespace: set.metadata.namespace,
        labels: { ...set.spec.template.metadata?.labels, [REVISION_LABEL]: name },
        ownerReferences: [controllerReference(set)],
      },
      data: { spec: { template: { ...set.spec.template, $patch: "replace" } } },
      revision: newest + 1,
    });
  } else if (found.revision < newest) {
    revisions.update({ ...found, revision: newest + 1 }); // A rollback: the old revision is the newest again.
  }
  return name;
}

function forgetRevisions(set: StatefulSet, revisions: Resource<Revision>, used: ReadonlySet<string | undefined>): void {
  const idle = claim(set, set.spec.selector, revisions)
    .filter(({ metadata }) => !used.has(metadata.name))
    .sort((a, b) => a.revision - b.revision);
  for (const revision of idle.slice(0, Math.max(idle.length - (set.spec.revisionHistoryLimit ?? 10), 0)))
    revisions.delete(revision);
}

function statusOf(
  set: StatefulSet,
  own: readonly Pod[],
  stable: string,
  update: string,
  now: number,
): NonNullable<StatefulSet["status"]> {
  const alive = own.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const updated = alive.filter((pod) => revisionOf(pod) === update).length;
  const wanted = set.spec.replicas ?? 1;
  const ready = alive.filter(isPodReady).length;
  // The rollout is over: what was new is now what is.
  const done = updated === wanted && own.length === wanted && ready === wanted;
  const current = done ? update : stable;
  return {
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    replicas: own.length,
    ...nonZero({
      readyReplicas: ready,
      currentReplicas: alive.filter((pod) => revisionOf(pod) === current).length,
      updatedReplicas: updated,
    }),
    availableReplicas: alive.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
    currentRevision: current,
    updateRevision: update,
    collisionCount: 0,
  };
}

function revisionOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_LABEL];
}

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}
