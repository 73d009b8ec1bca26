import {
  isPodActive,
  isPodAvailable,
  isPodReady,
  matchesLabels,
  controllerOf,
  controllerReference,
} from "../objects/index.ts";
import type { EventRecorder, Pod, PodTemplate, ReplicaSet, Resource } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { claim } from "./ownership.ts";

/** More pods at once would let one typing error flood the cluster. */
const BURST = 500;

/** Keeps as many pods of a ReplicaSet as it wants. */
export function replicaSetController(context: ControllerContext): Controller {
  const sets = context.objects<ReplicaSet>("apps/v1", "ReplicaSet");
  const pods = context.objects<Pod>("v1", "Pod");
  const events = context.events("replicaset-controller");

  const queue = createQueue("replicaset", context, (namespace, name) => {
    const set = sets.get(namespace, name);
    if (set === undefined) return undefined;
    const active = claim(set, set.spec.selector, pods).filter(isPodActive);
    const now = context.timers.now();
    if (set.metadata.deletionTimestamp === undefined) adjust(set, active, pods, events);
    const current = claim(set, set.spec.selector, pods).filter(isPodActive);
    sets.updateStatus(set, statusOf(set, current, now));
    return msUntilAvailable(current, set.spec.minReadySeconds ?? 0, now);
  });
  return controller(queue, [
    sets.watch((_, set) => queue.add(set.metadata)),
    pods.watch((_, pod) => {
      const owner = controllerOf(pod);
      if (owner?.kind === "ReplicaSet") queue.add({ namespace: pod.metadata.namespace ?? "", name: owner.name });
      else if (owner === undefined) for (const set of sets.list(pod.metadata.namespace)) queue.add(set.metadata);
    }),
  ]);
}

function adjust(set: ReplicaSet, active: readonly Pod[], pods: Resource<Pod>, events: EventRecorder): void {
  const missing = (set.spec.replicas ?? 1) - active.length;
  for (let count = 0; count < Math.min(missing, BURST); count += 1) {
    try {
      const pod = createPod(pods, set, set.spec.template);
      events.record(set, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      events.record(set, "Warning", "FailedCreate", `Error creating: ${(error as Error).message}`);
      throw error;
    }
  }
  for (const pod of [...active].sort(byDispensability).slice(0, Math.max(-missing, 0))) {
    pods.delete(pod);
    events.record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  }
}

/** A pod from a workload's template, named by the server. */
export function createPod(
  pods: Resource<Pod>,
  owner: KubeObject,
  template: PodTemplate,
  extra: { readonly labels?: object; readonly annotations?: object } = {},
): Pod {
  return pods.create(owner.metadata.namespace, {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...extra.labels },
      ...((template.metadata?.annotations ?? extra.annotations) && {
        annotations: { ...template.metadata?.annotations, ...extra.annotations },
      }),
      ...(template.metadata?.finalizers && { finalizers: template.metadata.finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  });
}

/** Which pod goes first when there are too many: not placed, not running, not ready, cheap to delete, ready for less long, younger. */
function byDispensability(a: Pod, b: Pod): number {
  const rank = (pod: Pod): readonly number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    pod.status?.phase === "Running" ? 1 : 0,
    isPodReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    -(pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    -Date.parse(pod.metadata.creationTimestamp),
  ];
  const [left, right] = [rank(a), rank(b)];
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function statusOf(set: ReplicaSet, active: readonly Pod[], now: number): object {
  const templateLabels = set.spec.template.metadata?.labels ?? {};
  const count = (test: (pod: Pod) => boolean): number => active.filter(test).length;
  return {
    replicas: active.length,
    ...nonZero({
      fullyLabeledReplicas: count((pod) => matchesLabels(templateLabels, pod.metadata.labels)),
      readyReplicas: count(isPodReady),
      availableReplicas: count((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)),
    }),
    observedGeneration: set.metadata.generation,
  };
}

/** The API leaves counters of zero out. */
export function nonZero(counters: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0));
}

/** When the next ready pod will have been ready for long enough. */
export function msUntilAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const waits = pods
    .filter((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now))
    .map((pod) => {
      const since = pod.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
      return Math.max(Date.parse(since) + minReadySeconds * 1000 - now, 100);
    });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
