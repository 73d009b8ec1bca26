import { resource, timestamp } from "../../objects/index.ts";
import type { Pod } from "../../objects/index.ts";
import type { KubeObject, ObjectStore } from "../../store/index.ts";
import type { VirtualTimers } from "./virtual-timers.ts";

/** A node whose pods are ready `startMs` after they came and gone `stopMs` after they were told to go. */
export function readyNode(
  store: ObjectStore,
  timers: VirtualTimers,
  { startMs = 1000, stopMs = 1000, ready = (pod: Pod): boolean => pod.spec.containers.length > 0 } = {},
): void {
  const nodes = resource<KubeObject>(store, "v1", "Node", "kubelet");
  const pods = resource<Pod>(store, "v1", "Pod", "kubelet");
  const node = nodes.create(undefined, { metadata: { name: "here" }, spec: {} });
  nodes.updateStatus(node, { conditions: [{ type: "Ready", status: "True" }] });
  let addresses = 0;
  const seen = new Set<string>();
  pods.watch((type, pod) => {
    const { uid, name, namespace, deletionTimestamp } = pod.metadata;
    if (type === "DELETED" || pod.spec.nodeName === undefined) return;
    if (deletionTimestamp !== undefined && !seen.has(`${uid} ends`)) {
      seen.add(`${uid} ends`);
      timers.after(stopMs, () => pods.delete(pod, { gracePeriodSeconds: 0 }));
    }
    if (seen.has(uid)) return;
    seen.add(uid);
    addresses += 1;
    const podIP = `10.0.0.${addresses}`;
    timers.after(startMs, () => {
      const current = pods.get(namespace, name);
      if (current === undefined) return;
      const status = ready(current) ? "True" : "False";
      const others = (current.status?.conditions ?? []).filter((condition) => condition.type !== "Ready");
      pods.updateStatus(current, {
        ...current.status,
        phase: "Running",
        podIP,
        conditions: [...others, { type: "Ready", status, lastTransitionTime: timestamp(timers.now()) }],
      });
    });
  });
}
