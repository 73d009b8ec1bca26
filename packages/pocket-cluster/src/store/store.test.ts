import { describe, expect, it } from "vitest";
import { ApiError, createStore } from "./index.ts";
import type { JournalEntry, KubeObject, ObjectStore, ResourceType, WatchEvent } from "./index.ts";

const START = Date.UTC(2026, 0, 1);

function setUp(restore?: Parameters<typeof createStore>[1]) {
  let now = START;
  let seed = restore === undefined ? 1 : 2;
  const store = createStore(
    { now: () => now, random: () => (seed = (seed * 48271) % 2147483647) / 2147483647, servicePrefix: "127.21.2" },
    restore,
  );
  const type = (apiVersion: string, kind: string): ResourceType => store.findKind(apiVersion, kind)!;
  if (restore === undefined) store.create(type("v1", "Namespace"), undefined, { metadata: { name: "ns" } });
  return { store, type, advance: (ms: number) => void (now += ms) };
}

const configMap = (name: string, data: object = {}, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  data,
});
const names = (items: readonly KubeObject[]) => items.map((item) => item.metadata.name).join(" ");
const told = (events: readonly WatchEvent[]) =>
  events.map(({ type, object }) => `${type} ${(object as KubeObject).metadata.name}`).join(", ");

function refused(act: () => unknown): ApiError {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { nodeName: "node", containers: [{ name: "app", image: "app:1" }], ...spec },
});

describe("durability", () => {
  it("comes back from snapshot and journal with the same objects, and never uses a version twice", () => {
    const { store, type } = setUp();
    const journal: JournalEntry[] = [];
    store.onJournal((entry) => void journal.push(entry));
    const maps = type("v1", "ConfigMap");
    for (const name of ["a", "b", "c"]) store.create(maps, "ns", configMap(name));
    const snapshot = store.snapshot();
    store.update({ type: maps, namespace: "ns", name: "a" }, configMap("a", { k: "v" }));
    store.delete({ type: maps, namespace: "ns", name: "b" });
    const last = Number(store.resourceVersion());

    const again = setUp({ resourceVersion: snapshot.resourceVersion, entries: [...snapshot.entries, ...journal] });
    expect(again.store.list(maps).items).toEqual(store.list(maps).items);
    expect(again.store.resourceVersion()).toBe(store.resourceVersion());
    const next = again.store.create(maps, "ns", configMap("b")).object;
    expect(Number(next.metadata.resourceVersion)).toBeGreaterThan(last);
  });

  it("restores custom types with their objects", () => {
    const { store, type } = setUp();
    store.create(type("apiextensions.k8s.io/v1", "CustomResourceDefinition"), undefined, widgets);
    store.create(type("x.test/v1", "Widget"), "ns", { metadata: { name: "w" }, spec: { size: 1 } });
    const again = setUp(store.snapshot());
    expect(names(again.store.list(again.type("x.test/v1", "Widget")).items)).toBe("w");
  });

  it("tells a watch from before the restart to start anew", () => {
    const { store, type } = setUp();
    const before = store.resourceVersion();
    store.create(type("v1", "ConfigMap"), "ns", configMap("a"));
    const again = setUp(store.snapshot());
    const events: WatchEvent[] = [];
    again.store.watch(again.type("v1", "ConfigMap"), { resourceVersion: before }, (event) => events.push(event));
    expect(events).toMatchObject([{ type: "ERROR", object: { code: 410, reason: "Expired" } }]);
  });
});

describe("watches", () => {
  it("starts with what is there and goes on with what happens", () => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    store.create(maps, "ns", configMap("a"));
    const events: WatchEvent[] = [];
    const stop = store.watch(maps, { namespace: "ns" }, (event) => events.push(event));
    store.create(maps, "ns", configMap("b"));
    store.update({ type: maps, namespace: "ns", name: "a" }, configMap("a", { k: "v" }));
    store.delete({ type: maps, namespace: "ns", name: "b" });
    stop();
    store.create(maps, "ns", configMap("c"));
    expect(told(events)).toBe("ADDED a, ADDED b, MODIFIED a, DELETED b");
  });

  it("tells every watch of changes in their order, also of those that a listener makes", () => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    store.watch(maps, {}, ({ type: event, object }) => {
      const { name } = (object as KubeObject).metadata;
      if (event === "ADDED" && name === "a") store.create(maps, "ns", configMap("b"));
    });
    const late: WatchEvent[] = [];
    store.watch(maps, {}, (event) => late.push(event));
    store.create(maps, "ns", configMap("a"));
    expect(told(late)).toBe("ADDED a, ADDED b");
    const versions = late.map(({ object }) => Number((object as KubeObject).metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it("goes on from any version in the window and refuses older ones", () => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    store.create(maps, "ns", configMap("a"));
    const first = store.resourceVersion();
    for (let i = 0; i < 10; i++)
      store.update({ type: maps, namespace: "ns", name: "a" }, configMap("a", { i: String(i) }));
    const some: WatchEvent[] = [];
    store.watch(maps, { resourceVersion: first }, (event) => some.push(event))();
    expect(some).toHaveLength(10);
    for (let i = 0; i < 5000; i++)
      store.update({ type: maps, namespace: "ns", name: "a" }, configMap("a", { j: String(i) }));
    const old: WatchEvent[] = [];
    store.watch(maps, { resourceVersion: first }, (event) => old.push(event));
    expect(old).toMatchObject([{ type: "ERROR", object: { code: 410 } }]);
  });
});

describe("lists", () => {
  it("shows every page as of the first", () => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    for (const name of ["a", "b", "c", "d", "e"]) store.create(maps, "ns", configMap(name));
    const first = store.list(maps, { limit: 2 });
    expect([names(first.items), first.remainingItemCount]).toEqual(["a b", 3]);
    store.delete({ type: maps, namespace: "ns", name: "c" });
    store.create(maps, "ns", configMap("bb"));
    const second = store.list(maps, { limit: 2, continue: first.continue! });
    expect([names(second.items), second.resourceVersion]).toEqual(["c d", first.resourceVersion]);
    const third = store.list(maps, { limit: 2, continue: second.continue! });
    expect([names(third.items), third.continue]).toEqual(["e", undefined]);
  });

  it("answers 410 with a token to go on with when the first page is too long ago", () => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    for (const name of ["a", "b", "c"]) store.create(maps, "ns", configMap(name));
    const { continue: token } = store.list(maps, { limit: 1 });
    for (let i = 0; i < 5000; i++)
      store.update({ type: maps, namespace: "ns", name: "a" }, configMap("a", { i: String(i) }));
    const error = refused(() => store.list(maps, { limit: 1, continue: token! }));
    expect([error.code, error.reason]).toEqual([410, "Expired"]);
    expect(names(store.list(maps, { continue: error.continueToken! }).items)).toBe("b c");
  });

  it.each([
    ["app=x", "a b"],
    ["app!=x", "c"],
    ["app in (x,y),tier", "b"],
    ["app notin (x)", "c"],
    ["!app", "c"],
    ["size>1", "b"],
    ["size<2", "a"],
    ["app==x,!tier", "a"],
  ])("selects by labels: %s", (labelSelector, expected) => {
    const { store, type } = setUp();
    const maps = type("v1", "ConfigMap");
    store.create(maps, "ns", configMap("a", {}, { labels: { app: "x", size: "1" } }));
    store.create(maps, "ns", configMap("b", {}, { labels: { app: "x", tier: "db", size: "2" } }));
    store.create(maps, "ns", configMap("c"));
    expect(names(store.list(maps, { labelSelector }).items)).toBe(expected);
  });

  it.each(["=", "a in x", "a in (x", "a,,b", "a=b=c", "-a"])("refuses the selector %j", (labelSelector) => {
    const { store, type } = setUp();
    expect(refused(() => store.list(type("v1", "ConfigMap"), { labelSelector })).code).toBe(400);
  });

  it("selects pods by fields", () => {
    const { store, type } = setUp();
    const pods = type("v1", "Pod");
    store.create(pods, "ns", pod("a"));
    store.create(pods, "ns", pod("b", { nodeName: "other" }));
    expect(names(store.list(pods, { fieldSelector: "spec.nodeName=node,status.phase!=Failed" }).items)).toBe("a");
  });
});

describe("deletion", () => {
  it("gives a running pod its grace, and only shortens it", () => {
    const { store, type, advance } = setUp();
    const key = { type: type("v1", "Pod"), namespace: "ns", name: "p" };
    store.create(key.type, "ns", pod("p"));
    const marked = store.delete(key)!;
    expect(marked.metadata).toMatchObject({
      deletionTimestamp: "2026-01-01T00:00:30Z",
      deletionGracePeriodSeconds: 30,
      generation: 2,
    });
    advance(1000);
    expect(store.delete(key)).toBe(marked);
    expect(store.delete(key, { gracePeriodSeconds: 5 })!.metadata.deletionTimestamp).toBe("2026-01-01T00:00:05Z");
    expect(store.delete(key, { gracePeriodSeconds: 0 })).toBeUndefined();
    expect(refused(() => store.get(key)).code).toBe(404);
  });

  it("removes a pod that runs nowhere at once", () => {
    const { store, type } = setUp();
    const key = { type: type("v1", "Pod"), namespace: "ns", name: "p" };
    store.create(key.type, "ns", pod("p", { nodeName: "" }));
    expect(store.delete(key)).toBeUndefined();
  });

  it.each([
    ["Foreground", ["foregroundDeletion"]],
    ["Orphan", ["orphan"]],
  ] as const)("marks an object for %s collection", (propagationPolicy, finalizers) => {
    const { store, type } = setUp();
    const key = { type: type("v1", "ConfigMap"), namespace: "ns", name: "a" };
    store.create(key.type, "ns", configMap("a"));
    expect(store.delete(key, { propagationPolicy })!.metadata.finalizers).toEqual(finalizers);
    store.patch(key, "merge", { metadata: { finalizers: null } });
    expect(refused(() => store.get(key)).code).toBe(404);
  });

  it("takes no new finalizer once it is decided", () => {
    const { store, type } = setUp();
    const key = { type: type("v1", "ConfigMap"), namespace: "ns", name: "a" };
    store.create(key.type, "ns", configMap("a", {}, { finalizers: ["x.test/hold"] }));
    store.delete(key);
    const error = refused(() =>
      store.patch(key, "merge", { metadata: { finalizers: ["x.test/hold", "x.test/more"] } }),
    );
    expect(error.message).toContain("no new finalizers can be added if the object is being deleted");
  });

  it("empties a namespace before it goes, and lets nothing new in", () => {
    const { store, type } = setUp();
    const key = { type: type("v1", "Namespace"), name: "ns" };
    expect(store.delete(key)).toMatchObject({ status: { phase: "Terminating" }, spec: { finalizers: ["kubernetes"] } });
    const error = refused(() => store.create(type("v1", "ConfigMap"), "ns", configMap("a")));
    expect([error.code, error.message]).toEqual([
      403,
      'configmaps "a" is forbidden: unable to create new content in namespace ns because it is being terminated',
    ]);
    const live = store.get(key);
    store.update(key, { ...live, spec: { finalizers: [] } }, { subresource: "finalize" });
    expect(refused(() => store.get(key)).code).toBe(404);
  });

  it("never takes the namespaces that a cluster lives in", () => {
    const { store, type } = setUp();
    const namespaces = type("v1", "Namespace");
    store.create(namespaces, undefined, { metadata: { name: "kube-system" } });
    const error = refused(() => store.delete({ type: namespaces, name: "kube-system" }));
    expect(error.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });

  it("does nothing on a dry run", () => {
    const { store, type } = setUp();
    const key = { type: type("v1", "ConfigMap"), namespace: "ns", name: "a" };
    store.create(key.type, "ns", configMap("a"));
    const version = store.resourceVersion();
    store.delete(key, { dryRun: true });
    store.update(key, configMap("a", { k: "v" }), { dryRun: true });
    expect([store.resourceVersion(), store.get(key)["data"]]).toEqual([version, undefined]);
  });
});

describe("spec and status", () => {
  it("are written apart, and only the spec counts generations", () => {
    const { store, type } = setUp();
    const key = { type: type("v1", "Pod"), namespace: "ns", name: "p" };
    const made = store.create(key.type, "ns", pod("p")).object;
    const status = { ...made, status: { phase: "Running" }, spec: { ...(made["spec"] as object), hostname: "x" } };
    const running = store.update(key, status, { subresource: "status" }).object;
    expect(running).toMatchObject({ status: { phase: "Running" }, metadata: { generation: 1 } });
    expect(running["spec"]).toEqual(made["spec"]);
    const changed = store.patch(key, "strategic", {
      spec: { containers: [{ name: "app", image: "app:2" }] },
      status: { phase: "Failed" },
    }).object;
    expect(changed).toMatchObject({ status: { phase: "Running" }, metadata: { generation: 2 } });
  });

  it("keeps the version when a write changes nothing", () => {
    const { store, type, advance } = setUp();
    const key = { type: type("v1", "ConfigMap"), namespace: "ns", name: "a" };
    const made = store.create(key.type, "ns", configMap("a", { k: "v" })).object;
    advance(5000);
    expect(store.update(key, configMap("a", { k: "v" })).object).toBe(made);
  });

  it("freezes what it hands out", () => {
    const { store, type } = setUp();
    const made = store.create(type("v1", "Pod"), "ns", pod("p")).object;
    expect(() => void ((made["spec"] as { hostname: string }).hostname = "x")).toThrow(TypeError);
  });
});

describe("kinds", () => {
  it("gives services addresses of their own, and keeps them", () => {
    const { store, type } = setUp();
    const services = type("v1", "Service");
    const make = (name: string, spec: object = {}) =>
      store.create(services, "ns", { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } }).object;
    expect(make("a")["spec"]).toMatchObject({ clusterIP: "127.21.2.10", clusterIPs: ["127.21.2.10"] });
    expect(make("b", { clusterIP: "None" })["spec"]).toMatchObject({ clusterIP: "None" });
    expect(make("c", { type: "LoadBalancer" })["spec"]).toMatchObject({
      clusterIP: "127.21.2.11",
      ports: [{ nodePort: 30000, targetPort: 80, protocol: "TCP" }],
    });
    const key = { type: services, namespace: "ns", name: "a" };
    const updated = store.update(key, { metadata: { name: "a" }, spec: { ports: [{ port: 81 }] } }).object;
    expect(updated["spec"]).toMatchObject({ clusterIP: "127.21.2.10" });
    expect(
      refused(() => store.patch(key, "merge", { spec: { clusterIP: "127.21.2.99", clusterIPs: null } })).code,
    ).toBe(422);
  });

  it("shows an event under both of its versions", () => {
    const { store, type } = setUp();
    const [core, v1] = [type("v1", "Event"), type("events.k8s.io/v1", "Event")];
    const involvedObject = { kind: "Pod", namespace: "ns", name: "p" };
    store.create(core, "ns", { metadata: { name: "e" }, involvedObject, message: "hello", type: "Normal", count: 2 });
    const shown = store.get({ type: v1, namespace: "ns", name: "e" });
    expect(shown).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      regarding: involvedObject,
      note: "hello",
      deprecatedCount: 2,
    });
    store.create(v1, "ns", {
      metadata: { name: "f" },
      regarding: involvedObject,
      note: "again",
      eventTime: "2026-01-01T00:00:00.000000Z",
    });
    expect(store.get({ type: core, namespace: "ns", name: "f" })).toMatchObject({ involvedObject, message: "again" });
    expect(names(store.list(v1, { fieldSelector: "regarding.name=p" }).items)).toBe("e f");
  });

  it("lets a job select its own pods", () => {
    const { store, type } = setUp();
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a:1" }] } };
    const job = store.create(type("batch/v1", "Job"), "ns", { metadata: { name: "j" }, spec: { template } }).object;
    const uid = job.metadata.uid;
    expect(job["spec"]).toMatchObject({
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
      template: { metadata: { labels: { "batch.kubernetes.io/controller-uid": uid, "job-name": "j" } } },
    });
  });

  it("keeps a secret's plain text encoded", () => {
    const { store, type } = setUp();
    const secret = store.create(type("v1", "Secret"), "ns", {
      metadata: { name: "s" },
      stringData: { k: "vä" },
    }).object;
    expect([secret["data"], secret["type"], secret["stringData"]]).toEqual([{ k: "dsOk" }, "Opaque", undefined]);
  });

  it("creates a lease by PUT and renews it only by version", () => {
    const { store, type } = setUp();
    const key = { type: type("coordination.k8s.io/v1", "Lease"), namespace: "ns", name: "l" };
    expect(store.update(key, { metadata: { name: "l" }, spec: { holderIdentity: "a" } }).created).toBe(true);
    expect(refused(() => store.update(key, { metadata: { name: "l" }, spec: {} })).message).toContain(
      "must be specified for an update",
    );
  });

  const template = { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "a", image: "a:1" }] } };
  const selector = { matchLabels: { app: "x" } };
  it.each<[string, string, object, string]>([
    [
      "apps/v1",
      "Deployment",
      { selector: {}, template },
      "spec.selector: Invalid value: {}: empty selector is invalid",
    ],
    [
      "apps/v1",
      "Deployment",
      { selector, template, replicas: -1 },
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      "apps/v1",
      "StatefulSet",
      { selector, serviceName: "s", template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never"',
    ],
    ["batch/v1", "CronJob", { schedule: "soon", jobTemplate: { spec: { template } } }, "spec.schedule: Invalid value"],
    ["v1", "Service", { ports: [] }, "spec.ports: Required value"],
    [
      "v1",
      "Service",
      { ports: [{ port: 0 }] },
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    ],
    [
      "v1",
      "Pod",
      { containers: [{ name: "a", image: "a", volumeMounts: [{ name: "v", mountPath: "/v" }] }] },
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      "networking.k8s.io/v1",
      "Ingress",
      { rules: [{ http: { paths: [{ path: "/", backend: {} }] } }] },
      "pathType must be specified",
    ],
    [
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      { maxReplicas: 1, minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "d" } },
      "must be greater than or equal to `minReplicas`",
    ],
    [
      "policy/v1",
      "PodDisruptionBudget",
      { minAvailable: 1, maxUnavailable: 1 },
      "minAvailable and maxUnavailable cannot be both set",
    ],
    [
      "v1",
      "PersistentVolumeClaim",
      { resources: { requests: { storage: "1Gi" } } },
      "at least 1 access mode is required",
    ],
  ])("refuses a bad %s %s", (apiVersion, kind, spec, message) => {
    const { store, type } = setUp();
    const error = refused(() => store.create(type(apiVersion, kind), "ns", { metadata: { name: "x" }, spec }));
    expect([error.code, error.reason]).toEqual([422, "Invalid"]);
    expect(error.message).toContain(message);
  });

  it("lets a selector never change", () => {
    const { store, type } = setUp();
    const key = { type: type("apps/v1", "Deployment"), namespace: "ns", name: "d" };
    store.create(key.type, "ns", { metadata: { name: "d" }, spec: { selector, template } });
    const labels = { app: "x", tier: "web" };
    const error = refused(() =>
      store.patch(key, "merge", { spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } } }),
    );
    expect(error.message).toContain("spec.selector: Invalid value");
    expect(error.message).toContain("field is immutable");
  });
});

const widgets = {
  metadata: { name: "widgets.x.test" },
  spec: {
    group: "x.test",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" } },
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["metadata", "spec"],
            properties: {
              metadata: { type: "object" },
              spec: {
                type: "object",
                properties: {
                  size: { type: "integer", minimum: 1 },
                  name: { type: "string", "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "stays" }] },
                },
              },
              status: { type: "object", properties: { size: { type: "integer" } } },
            },
          },
        },
      },
      {
        name: "v0",
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

describe("custom resources", () => {
  const withWidgets = () => {
    const made = setUp();
    made.store.create(made.type("apiextensions.k8s.io/v1", "CustomResourceDefinition"), undefined, widgets);
    return made;
  };

  it("serves the same objects under every version", () => {
    const { store, type } = withWidgets();
    store.create(type("x.test/v0", "Widget"), "ns", { metadata: { name: "w" }, spec: { size: 2 } });
    const shown = (version: string) =>
      store.get({ type: type(`x.test/${version}`, "Widget"), namespace: "ns", name: "w" });
    expect([shown("v0").apiVersion, shown("v1").apiVersion]).toEqual(["x.test/v0", "x.test/v1"]);
  });

  it("scales by the paths of its definition", () => {
    const { store, type } = withWidgets();
    const key = { type: type("x.test/v1", "Widget"), namespace: "ns", name: "w" };
    store.create(key.type, "ns", { metadata: { name: "w" }, spec: { size: 2 } });
    store.patch(key, "merge", { spec: { replicas: 4 } }, { subresource: "scale" });
    expect(store.get(key)["spec"]).toEqual({ size: 4 });
    expect(store.getScale(key)).toMatchObject({ kind: "Scale", spec: { replicas: 4 }, status: { replicas: 0 } });
  });

  it("holds a rule about the old value on updates only", () => {
    const { store, type } = withWidgets();
    const key = { type: type("x.test/v1", "Widget"), namespace: "ns", name: "w" };
    store.create(key.type, "ns", { metadata: { name: "w" }, spec: { name: "a" } });
    expect(refused(() => store.patch(key, "merge", { spec: { name: "b" } })).message).toContain("stays");
  });

  it("goes with its objects, after those that a finalizer holds", () => {
    const { store, type } = withWidgets();
    const key = { type: type("x.test/v1", "Widget"), namespace: "ns", name: "w" };
    const definition = { type: type("apiextensions.k8s.io/v1", "CustomResourceDefinition"), name: "widgets.x.test" };
    store.create(key.type, "ns", { metadata: { name: "w", finalizers: ["x.test/hold"] }, spec: {} });
    store.delete(definition);
    expect(store.get(key).metadata.deletionTimestamp).toBeDefined();
    expect(refused(() => store.create(key.type, "ns", { metadata: { name: "v" } })).code).toBe(405);
    store.patch(key, "merge", { metadata: { finalizers: null } });
    expect(store.findKind("x.test/v1", "Widget")).toBeUndefined();
    expect(refused(() => store.get(definition)).code).toBe(404);
  });
});

describe("apply", () => {
  const key = (store: ObjectStore) => ({ type: store.findKind("v1", "ConfigMap")!, namespace: "ns", name: "a" });

  it("refuses fields that the type does not have", () => {
    const { store } = setUp();
    const error = refused(() =>
      store.patch(key(store), "apply", { ...configMap("a"), nonsense: 1 }, { fieldManager: "m" }),
    );
    expect([error.code, error.message]).toEqual([
      500,
      "failed to create typed patch object (ns/a; v1, Kind=ConfigMap): .nonsense: field not declared in schema",
    ]);
  });

  it("lists every conflict by manager", () => {
    const { store } = setUp();
    store.patch(key(store), "apply", configMap("a", { x: "1", y: "1" }), { fieldManager: "one" });
    const error = refused(() =>
      store.patch(key(store), "apply", configMap("a", { x: "2", y: "2" }), { fieldManager: "two" }),
    );
    expect(error.message).toBe('Apply failed with 2 conflicts: conflicts with "one":\n- .data.x\n- .data.y');
  });
});
