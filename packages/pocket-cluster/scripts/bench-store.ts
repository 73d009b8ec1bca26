/**
 * How many operations a second one store does, by CPU time (other processes on the machine do not count):
 *
 *   npx tsx packages/pocket-cluster/scripts/bench-store.ts
 */
import { createStore } from "../src/store/index.ts";
import type { ObjectKey } from "../src/store/index.ts";

let seed = 1;
const store = createStore({
  now: () => Date.UTC(2026, 0, 1),
  random: () => (seed = (seed * 48271) % 2147483647) / 2147483647,
});

function key(apiVersion: string, kind: string, name: string): ObjectKey {
  const type = store.findKind(apiVersion, kind);
  if (type === undefined) throw new Error(`no ${apiVersion} ${kind}`);
  return { type, name, ...(type.namespaced ? { namespace: "bench" } : {}) };
}

/** Runs `operation` with 0, 1, 2, ... after a warm-up with negative numbers. */
function measure(title: string, count: number, operation: (index: number) => void): void {
  for (let i = 1; i <= Math.min(count, 500); i++) operation(-i);
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) operation(i);
  const { user, system } = process.cpuUsage(before);
  const microseconds = (user + system) / count;
  console.log(
    `${title.padEnd(36)}${microseconds.toFixed(1).padStart(9)} us${Math.round(1e6 / microseconds)
      .toString()
      .padStart(10)} /s`,
  );
}

const configMap = key("v1", "ConfigMap", "c1");
const pod = key("v1", "Pod", "p1");
const deployment = key("apps/v1", "Deployment", "d");
const lease = key("coordination.k8s.io/v1", "Lease", "l");
const labels = { app: "x" };
const podSpec = {
  containers: [
    {
      name: "app",
      image: "app:1",
      ports: [{ containerPort: 80 }],
      env: [{ name: "A", value: "1" }],
      readinessProbe: { httpGet: { path: "/", port: 80 } },
    },
  ],
};
const apply = (replicas: number) =>
  store.patch(
    deployment,
    "apply",
    {
      metadata: { name: "d" },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    },
    { fieldManager: "bench" },
  );

store.create(key("v1", "Namespace", "").type, undefined, { metadata: { name: "bench" } });
measure("create a ConfigMap", 20_000, (i) => {
  store.create(configMap.type, "bench", { metadata: { name: `c${i}` }, data: { k: "v" } });
});
measure("get", 200_000, () => store.get(configMap));
measure("update a ConfigMap", 20_000, (i) => {
  store.update(configMap, { metadata: { name: "c1" }, data: { k: String(i) } });
});
measure("create a Pod", 2000, (i) => {
  store.create(pod.type, "bench", { metadata: { name: `p${i}`, labels }, spec: podSpec });
});
measure("write a Pod's status", 10_000, (i) => {
  const status = { phase: "Running", message: String(i) };
  store.update(pod, { ...store.get(pod), status }, { subresource: "status", fieldManager: "kubelet" });
});
measure("apply a Deployment, no change", 5000, () => apply(1));
measure("apply a Deployment, a change", 5000, (i) => apply(1 + (i & 1)));
store.create(lease.type, "bench", { metadata: { name: "l" }, spec: { holderIdentity: "a" } });
measure("renew a Lease", 20_000, (i) => {
  store.update(lease, { ...store.get(lease), spec: { holderIdentity: "a", leaseTransitions: Math.abs(i) } });
});
measure("list 2,000 Pods by label", 200, () => store.list(pod.type, { namespace: "bench", labelSelector: "app=x" }));
let events = 0;
for (let i = 0; i < 50; i++) {
  store.watch(configMap.type, { resourceVersion: store.resourceVersion() }, () => events++);
}
measure("update a ConfigMap, 50 watches", 20_000, (i) => {
  store.update(configMap, { metadata: { name: "c1" }, data: { k: `w${i}` } });
});
