import { describe, expect, it } from "vitest";
import { instant } from "../base/index.ts";
import type { Clock } from "../base/index.ts";
import { RolloutError, applyManifests } from "../ports/index.ts";
import type { ApplyOptions, Cluster, KubernetesObject, Manifest, RolloutProgress } from "../ports/index.ts";
import type { ResourceType } from "../../../pocket-cluster/src/store/index.ts";
import { SimulatedCluster } from "./cluster.ts";

const labels = {
  "app.kubernetes.io/managed-by": "holdfast",
  "holdfast.dev/fleet": "shop",
  "holdfast.dev/site": "north",
};
const owner = { fleet: "shop", site: "north" };

const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } };
const configMap = (name: string): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop", labels },
});
const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
};

/** Time that passes only when the test says so; pauses between attempts are over at once. */
class TestClock implements Clock {
  readonly #sleeping: { readonly ms: number; readonly end: () => void }[] = [];
  now = () => instant(0);
  wallTime = () => new Date(0);
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 5_000 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleeping.push({ ms, end: resolve });
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  passDeadline(): void {
    for (const { end } of this.#sleeping) end();
  }
}

/** A cluster that can be reached from the given attempt to apply on. */
class ClusterThatComesBack {
  asked = 0;
  readonly cluster: Cluster;
  constructor(cluster: SimulatedCluster, from: number) {
    this.cluster = {
      apply: (manifest: Manifest): Promise<KubernetesObject> => {
        cluster.reachable = ++this.asked >= from;
        return cluster.apply(manifest);
      },
      get: cluster.get.bind(cluster),
      list: cluster.list.bind(cluster),
      create: cluster.create.bind(cluster),
      replace: cluster.replace.bind(cluster),
      delete: cluster.delete.bind(cluster),
      follow: cluster.follow.bind(cluster),
    };
  }
}

function setup() {
  let seed = 0;
  const cluster = new SimulatedCluster({
    now: () => 0,
    random: () => (seed = (seed * 16807 + 11) % 2147483647) / 2147483647,
  });
  const clock = new TestClock();
  const progress: RolloutProgress[] = [];
  const waiters: { readonly text: string; readonly resolve: () => void }[] = [];
  const options: ApplyOptions = {
    clock,
    timeoutMs: 60_000,
    onProgress: (step) => {
      progress.push(step);
      for (const { text, resolve } of waiters) if (step.text.includes(text)) resolve();
    },
  };
  const heard = (text: string) => new Promise<void>((resolve) => waiters.push({ text, resolve }));
  const typeOf = (apiVersion: string, kind: string): ResourceType => cluster.store.findKind(apiVersion, kind)!;
  /** Plays the deployment controller. */
  const report = (status: object): void => {
    const key = { type: typeOf("apps/v1", "Deployment"), namespace: "shop", name: "web" };
    const object = cluster.store.get(key);
    cluster.store.update(
      key,
      { ...object, status: { observedGeneration: object.metadata.generation, ...status } },
      { subresource: "status" },
    );
  };
  const names = async (kind: string) =>
    (await cluster.list({ apiVersion: "v1", kind, labelSelector: "holdfast.dev/fleet" }))
      .map(({ metadata }) => metadata.name)
      .sort();
  return { cluster, clock, options, progress, heard, report, names, typeOf };
}

describe("applyManifests", () => {
  it("applies in waves whatever the order given, and is idempotent", async () => {
    const { cluster, options, names } = setup();
    await applyManifests(cluster, [configMap("b"), configMap("a"), namespace], options);
    const version = cluster.store.resourceVersion();
    expect(await applyManifests(cluster, [configMap("b"), configMap("a"), namespace], options)).toMatchObject({
      applied: 3,
    });
    expect(await names("ConfigMap")).toEqual(["a", "b"]);
    expect(cluster.store.resourceVersion()).toBe(version);
  });

  it("waits until the workload is ready and says why it is not yet", async () => {
    const { cluster, options, progress, heard, report } = setup();
    const unseen = heard("not seen by its controller");
    const done = applyManifests(cluster, [namespace, deployment], options);
    await unseen;
    const half = heard("1 of 2");
    report({ replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 });
    await half;
    report({ replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 });
    expect(await done).toMatchObject({ applied: 2 });
    expect(progress.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      "applied: applied 2 of 2 objects",
      "ready: Namespace shop is ready",
      "waiting: Deployment shop/web: not seen by its controller yet",
      "waiting: Deployment shop/web: 1 of 2 replicas ready",
      "ready: Deployment shop/web is ready",
    ]);
  });

  it("ends with the reason when the time is over", async () => {
    const { cluster, clock, options, heard, report } = setup();
    const unseen = heard("not seen by its controller");
    const done = applyManifests(cluster, [namespace, deployment], options);
    await unseen;
    const half = heard("0 of 2");
    report({ replicas: 2, updatedReplicas: 2 });
    await half;
    clock.passDeadline();
    await expect(done).rejects.toThrow("Deployment shop/web: not ready in time: 0 of 2 replicas ready");
  });

  it("reports a bad object with the others, which are applied all the same", async () => {
    const { cluster, options, names } = setup();
    const bad: Manifest = { ...configMap("bad"), dta: {} };
    const worse: Manifest = { ...configMap("worse"), kind: "Gadget" };
    const failure = await applyManifests(cluster, [namespace, bad, worse, configMap("good")], options).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RolloutError);
    expect((failure as RolloutError).failures.map(({ reference, stage }) => `${stage} ${reference.name}`)).toEqual([
      "apply bad",
      "apply worse",
    ]);
    expect(await names("ConfigMap")).toEqual(["good"]);
  });

  it("tries again when the cluster answers again, and gives up early on one that does not", async () => {
    const { cluster, options, names } = setup();
    const flaky = new ClusterThatComesBack(cluster, 3);
    await applyManifests(flaky.cluster, [namespace], options);
    expect(flaky.asked).toBe(3);

    cluster.reachable = false;
    const many = Array.from({ length: 50 }, (_, index) => configMap(`many-${index}`));
    const failure = await applyManifests(cluster, many, options).catch((error: unknown) => error);
    expect((failure as RolloutError).failures).toHaveLength(50);
    cluster.reachable = true;
    expect(await names("ConfigMap")).toEqual([]);
  });

  it("rejects with the caller's reason when the caller has had enough", async () => {
    const { cluster, options, heard } = setup();
    const stop = new AbortController();
    const unseen = heard("not seen by its controller");
    const done = applyManifests(cluster, [namespace, deployment], { ...options, signal: stop.signal });
    await unseen;
    const reason = new Error("Ctrl-C");
    stop.abort(reason);
    await expect(done).rejects.toBe(reason);
  });

  it("deletes only what is ours and no longer named, and only after the rest is ready", async () => {
    const { cluster, options, progress, names } = setup();
    const foreign: Manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "foreign", namespace: "shop" } };
    const kept = ["a", "b", "c"].map(configMap);
    await applyManifests(cluster, [namespace, ...kept, configMap("old"), foreign], options);
    const summary = await applyManifests(cluster, [namespace, ...kept], { ...options, prune: owner });
    expect(summary.pruned.map(({ name }) => name)).toEqual(["old"]);
    expect(await names("ConfigMap")).toEqual(["a", "b", "c"]);
    expect(
      await cluster.get({ apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "foreign" }),
    ).toBeDefined();
    expect(progress.at(-1)?.text).toBe("ConfigMap shop/old deleted: no longer in the fleet file");

    const bad: Manifest = { ...configMap("a"), dta: {} };
    await expect(
      applyManifests(cluster, [namespace, bad], { ...options, prune: { ...owner, shareMax: 1 } }),
    ).rejects.toThrow(RolloutError);
    expect(await names("ConfigMap")).toEqual(["a", "b", "c"]);
  });

  it("keeps everything when most of it would go, until that is allowed", async () => {
    const { cluster, options, names } = setup();
    await applyManifests(cluster, [namespace, ...["a", "b", "c"].map(configMap)], options);
    const refused = await applyManifests(cluster, [namespace, configMap("a")], { ...options, prune: owner });
    expect(refused.pruned).toEqual([]);
    expect(refused.kept.map(({ reference }) => reference.name)).toEqual(["b", "c"]);
    expect(await names("ConfigMap")).toEqual(["a", "b", "c"]);
    await applyManifests(cluster, [namespace, configMap("a")], { ...options, prune: { ...owner, shareMax: 1 } });
    expect(await names("ConfigMap")).toEqual(["a"]);
  });
});
