import type { KubeObject } from "../../store/contract.ts";
import { ageColumn, column, nameColumn, wide } from "./columns.ts";
import type { Column } from "./columns.ts";
import { at, count, items, NONE, orNone, since, text } from "./reading.ts";

/** As `kubectl get pods` shows them; the reasoning is that of Kubernetes' `printPod`. */
export const podTable: readonly Column[] = [
  nameColumn,
  column("Ready", "The aggregate readiness state of this pod for accepting traffic.", (pod) => {
    const { ready, total } = readiness(pod);
    return `${ready}/${total}`;
  }),
  column("Status", "The aggregate status of the containers in this pod.", podStatus),
  column(
    "Restarts",
    "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.",
    restarts,
  ),
  ageColumn,
  wide(
    column(
      "IP",
      "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.",
      (pod) => orNone(text(pod, "status.podIP")),
    ),
  ),
  wide(
    column(
      "Node",
      "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename",
      (pod) => orNone(text(pod, "spec.nodeName")),
    ),
  ),
  wide(
    column(
      "Nominated Node",
      "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.",
      (pod) => orNone(text(pod, "status.nominatedNodeName")),
    ),
  ),
  wide(
    column(
      "Readiness Gates",
      'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
      readinessGates,
    ),
  ),
];

/** Finished pods carry a condition, by which clients hide them. */
export function podRowConditions(pod: KubeObject): readonly object[] | undefined {
  switch (text(pod, "status.phase")) {
    case "Succeeded":
      return [
        { type: "Completed", status: "True", reason: "Succeeded", message: "The pod has completed successfully." },
      ];
    case "Failed":
      return [{ type: "Completed", status: "True", reason: "Failed", message: "The pod failed." }];
    default:
      return undefined;
  }
}

function isSidecar(pod: KubeObject, name: string): boolean {
  return items(pod, "spec.initContainers").some(
    (c) => text(c, "name") === name && text(c, "restartPolicy") === "Always",
  );
}

function readiness(pod: KubeObject): { readonly ready: number; readonly total: number } {
  const sidecars = items(pod, "spec.initContainers").filter((c) => text(c, "restartPolicy") === "Always");
  const statuses = [
    ...items(pod, "status.containerStatuses"),
    ...items(pod, "status.initContainerStatuses").filter(
      (c) => isSidecar(pod, text(c, "name")) && at(c, "started") === true,
    ),
  ];
  return {
    ready: statuses.filter((c) => at(c, "ready") === true).length,
    total: items(pod, "spec.containers").length + sidecars.length,
  };
}

function podStatus(pod: KubeObject): string {
  let reason = text(pod, "status.reason") || text(pod, "status.phase");
  const gated = items(pod, "status.conditions").some(
    (c) => text(c, "type") === "PodScheduled" && text(c, "reason") === "SchedulingGated",
  );
  if (gated) reason = "SchedulingGated";

  const initializing = initializationReason(pod);
  if (initializing !== undefined) reason = initializing;
  if (initializing === undefined || isInitialized(pod)) reason = containersReason(pod, reason);

  if (pod.metadata.deletionTimestamp !== undefined) {
    if (text(pod, "status.reason") === "NodeLost") return "Unknown";
    if (!["Succeeded", "Failed"].includes(text(pod, "status.phase"))) return "Terminating";
  }
  return reason;
}

function isInitialized(pod: KubeObject): boolean {
  return items(pod, "status.conditions").some((c) => text(c, "type") === "Initialized" && text(c, "status") === "True");
}

function initializationReason(pod: KubeObject): string | undefined {
  const containers = items(pod, "status.initContainerStatuses");
  for (const [index, container] of containers.entries()) {
    const terminated = at(container, "state.terminated");
    const waiting = text(container, "state.waiting.reason");
    if (terminated !== undefined && count(terminated, "exitCode") === 0) continue;
    if (isSidecar(pod, text(container, "name")) && at(container, "started") === true) continue;
    if (terminated !== undefined) return `Init:${terminationReason(terminated)}`;
    if (waiting !== "" && waiting !== "PodInitializing") return `Init:${waiting}`;
    return `Init:${index}/${items(pod, "spec.initContainers").length}`;
  }
  return undefined;
}

function containersReason(pod: KubeObject, otherwise: string): string {
  let reason = otherwise;
  let hasRunning = false;
  for (const container of [...items(pod, "status.containerStatuses")].reverse()) {
    const terminated = at(container, "state.terminated");
    if (text(container, "state.waiting.reason") !== "") reason = text(container, "state.waiting.reason");
    else if (terminated !== undefined) reason = terminationReason(terminated);
    else if (at(container, "ready") === true && at(container, "state.running") !== undefined) hasRunning = true;
  }
  if (reason !== "Completed" || !hasRunning) return reason;
  const isReady = items(pod, "status.conditions").some(
    (c) => text(c, "type") === "Ready" && text(c, "status") === "True",
  );
  return isReady ? "Running" : "NotReady";
}

function terminationReason(terminated: unknown): string {
  const reason = text(terminated, "reason");
  if (reason !== "") return reason;
  const signal = count(terminated, "signal");
  return signal === 0 ? `ExitCode:${count(terminated, "exitCode")}` : `Signal:${signal}`;
}

function restarts(pod: KubeObject, now: number): string {
  const sidecars = items(pod, "status.initContainerStatuses").filter((c) => isSidecar(pod, text(c, "name")));
  const statuses = [...items(pod, "status.containerStatuses"), ...sidecars];
  const total = statuses.reduce<number>((sum, each) => sum + count(each, "restartCount"), 0);
  const last = Math.max(...statuses.map((each) => Date.parse(text(each, "lastState.terminated.finishedAt")) || 0));
  return total === 0 || last <= 0 ? String(total) : `${total} (${since(new Date(last).toISOString(), now)} ago)`;
}

function readinessGates(pod: KubeObject): string {
  const gates = items(pod, "spec.readinessGates").map((gate) => text(gate, "conditionType"));
  if (gates.length === 0) return NONE;
  const met = gates.filter((gate) =>
    items(pod, "status.conditions").some((c) => text(c, "type") === gate && text(c, "status") === "True"),
  );
  return `${met.length}/${gates.length}`;
}
