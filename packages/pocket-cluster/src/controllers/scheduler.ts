import { createEventRecorder, matchesLabels, resource, timestamp } from "../objects/index.ts";
import type { Pod } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Gives each new pod to a node that may have it. Requests are not added up: the machine's own scheduler shares it out. */
export function scheduler(context: ControllerContext): Controller {
  const pods = resource<Pod>(context.store, "v1", "Pod", "kube-scheduler");
  const nodes = resource<Node>(context.store, "v1", "Node", "kube-scheduler");
  const events = createEventRecorder(context.store, context.timers, {
    component: "default-scheduler",
    fieldManager: "kube-scheduler",
  });

  const queue = createQueue("scheduler", context, (namespace, name) => {
    const pod = pods.get(namespace, name);
    if (pod === undefined || !isOurs(pod)) return undefined;
    const { node, reason, message } = choose(pod, nodes.list());
    if (node === undefined) {
      if (reason !== "SchedulingGated") events.record(pod, "Warning", "FailedScheduling", message);
      pods.updateStatus(pod, withScheduled(pod, "False", reason, message, context.timers.now()));
      return undefined; // A change of a node or of the pod brings it back.
    }
    const bound = pods.update({ ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } });
    if (bound === undefined) return undefined;
    pods.updateStatus(bound, withScheduled(bound, "True", undefined, undefined, context.timers.now()));
    events.record(
      bound,
      "Normal",
      "Scheduled",
      `Successfully assigned ${namespace ?? ""}/${name} to ${node.metadata.name}`,
    );
    return undefined;
  });
  return controller(queue, [
    pods.watch((type, pod) => {
      if (type !== "DELETED" && isOurs(pod)) queue.add(pod.metadata);
    }),
    nodes.watch(() => {
      for (const pod of pods.list()) if (isOurs(pod)) queue.add(pod.metadata);
    }),
  ]);
}

function isOurs({ spec, metadata }: Pod): boolean {
  const unbound = spec.nodeName === undefined || spec.nodeName === "";
  return (
    unbound &&
    metadata.deletionTimestamp === undefined &&
    (spec["schedulerName"] ?? "default-scheduler") === "default-scheduler"
  );
}

interface Choice {
  readonly node?: Node;
  readonly reason: "Unschedulable" | "SchedulingGated";
  readonly message: string;
}

function choose(pod: Pod, nodes: readonly Node[]): Choice {
  if ((pod.spec.schedulingGates ?? []).length > 0)
    return { reason: "SchedulingGated", message: "Scheduling is blocked due to non-empty scheduling gates" };
  if (nodes.length === 0) return { reason: "Unschedulable", message: "no nodes available to schedule pods" };
  const refusals = new Map<string, number>();
  for (const node of nodes) {
    const refusal = refusalOf(pod, node);
    if (refusal === undefined) return { node, reason: "Unschedulable", message: "" };
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  const reasons = [...refusals]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(", ");
  return { reason: "Unschedulable", message: `0/${nodes.length} nodes are available: ${reasons}.` };
}

function refusalOf(pod: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable === true) return "node(s) were unschedulable";
  if (node.status?.conditions?.find(({ type }) => type === "Ready")?.status !== "True")
    return "node(s) had untolerated taint {node.kubernetes.io/not-ready: }";
  return matchesLabels(pod.spec.nodeSelector ?? {}, node.metadata.labels)
    ? undefined
    : "node(s) didn't match Pod's node affinity/selector";
}

function withScheduled(
  pod: Pod,
  status: "True" | "False",
  reason: string | undefined,
  message: string | undefined,
  now: number,
): object {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const before = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  const condition = {
    type: "PodScheduled",
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    status,
    lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? timestamp(now)) : timestamp(now),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
  return { ...pod.status, conditions: [...others, condition] };
}
