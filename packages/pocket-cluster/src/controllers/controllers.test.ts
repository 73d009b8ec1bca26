import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { isPodReady, resource } from "../objects/index.ts";
import type { Deployment, Pod, PodDisruptionBudget, ReplicaSet } from "../objects/index.ts";
import { createStore } from "../store/index.ts";
import type { KubeObject, ObjectStore } from "../store/index.ts";
import { Book } from "../store/testing/transcript.ts";
import type { Transcript } from "../store/testing/transcript.ts";
import { startControllers } from "./index.ts";
import type { ContainerFigures } from "./index.ts";
import { readyNode } from "./testing/ready-node.ts";
import { VirtualTimers } from "./testing/virtual-timers.ts";

let timers: VirtualTimers;
let store: ObjectStore;
let figures: ContainerFigures[];
const problems: string[] = [];

beforeEach(() => {
  timers = new VirtualTimers();
  let seed = 7;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  store = createStore({ now: () => timers.now(), random });
  figures = [];
  problems.length = 0;
  for (const name of ["default", "kube-system", "conf"])
    objects("v1", "Namespace").create(undefined, { metadata: { name } });
  startControllers({
    store,
    timers,
    rootCertificate: "PEM",
    issueSecretToken: ({ namespace, serviceAccount, secret }) =>
      `token of ${namespace}/${serviceAccount.name} ${serviceAccount.uid} in ${secret}`,
    apiService: { clusterIP: "10.96.0.1", endpoint: { address: "192.0.2.2", port: 6443 } },
    externalAddress: "192.0.2.1",
    usage: () => figures,
    report: (controller, key, error) => problems.push(`${controller} ${key}: ${String(error)}`),
  });
  timers.advance(1);
});

describe("a Deployment", () => {
  it("rolls a new template out with no more and no fewer pods than it allows at every moment", () => {
    readyNode(store, timers);
    deploy({ replicas: 4, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } });
    timers.advance(10_000);
    expect(deployment().status).toMatchObject({
      replicas: 4,
      availableReplicas: 4,
      updatedReplicas: 4,
      observedGeneration: 1,
    });

    const counts: { total: number; ready: number }[] = [];
    pods().watch(() => {
      const living = pods()
        .list("default")
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      counts.push({ total: living.length, ready: living.filter(isPodReady).length });
    });
    counts.length = 0;
    setImage("app:2");
    timers.advance(60_000);
    expect(Math.max(...counts.map(({ total }) => total))).toBe(5);
    expect(Math.min(...counts.map(({ ready }) => ready))).toBe(3);
    expect(pods().list("default").map(imageOf)).toEqual(Array(4).fill("app:2"));
    expect(conditionReasons()).toEqual({
      Available: "MinimumReplicasAvailable",
      Progressing: "NewReplicaSetAvailable",
    });
    expect(deployment().metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "2" });
    expect(problems).toEqual([]);
  });

  it("keeps the old version running and says so when the new one never becomes ready", () => {
    readyNode(store, timers, { ready: (pod) => imageOf(pod) === "app:1" });
    deploy({
      replicas: 4,
      progressDeadlineSeconds: 60,
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    timers.advance(10_000);
    setImage("app:2");
    timers.advance(120_000);
    expect(
      pods()
        .list("default")
        .filter((pod) => isPodReady(pod))
        .map(imageOf),
    ).toEqual(Array(4).fill("app:1"));
    expect(conditionReasons()).toMatchObject({ Progressing: "ProgressDeadlineExceeded" });

    setImage("app:1");
    timers.advance(60_000);
    expect(pods().list("default").map(imageOf)).toEqual(Array(4).fill("app:1"));
    expect(deployment().metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "3" });
    expect(conditionReasons()).toMatchObject({ Progressing: "NewReplicaSetAvailable" });
  });

  it("never runs two versions at once when it recreates", () => {
    readyNode(store, timers);
    deploy({ replicas: 3, strategy: { type: "Recreate" } });
    timers.advance(10_000);
    const versions = new Set<string>();
    pods().watch(() => versions.add([...new Set(pods().list("default").map(imageOf))].sort().join("+")));
    setImage("app:2");
    timers.advance(30_000);
    expect(versions).not.toContain("app:1+app:2");
    expect(pods().list("default").map(imageOf)).toEqual(Array(3).fill("app:2"));
  });

  it("keeps as many old ReplicaSets as its history limit says", () => {
    readyNode(store, timers);
    deploy({ replicas: 1, revisionHistoryLimit: 2 });
    for (let version = 2; version <= 6; version += 1) {
      timers.advance(10_000);
      setImage(`app:${version}`);
    }
    timers.advance(10_000);
    expect(objects<ReplicaSet>("apps/v1", "ReplicaSet").list("default")).toHaveLength(3);
  });

  it("is gone with everything that it made when it is deleted in the foreground", () => {
    readyNode(store, timers);
    deploy({ replicas: 2 });
    timers.advance(10_000);
    objects("apps/v1", "Deployment").delete(deployment(), { propagationPolicy: "Foreground" });
    timers.advance(500);
    expect(deployment().metadata.finalizers).toEqual(["foregroundDeletion"]);
    timers.advance(10_000);
    for (const [group, kind] of [
      ["apps/v1", "Deployment"],
      ["apps/v1", "ReplicaSet"],
      ["v1", "Pod"],
    ] as const) {
      expect(objects(group, kind).list("default")).toEqual([]);
    }
  });

  it("leaves its pods without an owner when it is deleted as an orphan's parent", () => {
    readyNode(store, timers);
    deploy({ replicas: 2 });
    timers.advance(10_000);
    objects("apps/v1", "Deployment").delete(deployment(), { propagationPolicy: "Orphan" });
    timers.advance(10_000);
    const [set] = objects<ReplicaSet>("apps/v1", "ReplicaSet").list("default");
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
    expect(pods().list("default")).toHaveLength(2);
  });
});

describe("a StatefulSet", () => {
  const set = (replicas: number): object => ({
    metadata: { name: "db" },
    spec: {
      replicas,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "app", image: "db:1" }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  });

  it("starts its pods one after the other, each with its own name, and gives a returning pod its volume back", () => {
    readyNode(store, timers, { startMs: 1000 });
    objects("apps/v1", "StatefulSet").create("default", set(2) as never);
    timers.advance(500);
    expect(
      pods()
        .list("default")
        .map(({ metadata }) => metadata.name),
    ).toEqual(["db-0"]);
    timers.advance(10_000);
    expect(
      pods()
        .list("default")
        .map(({ metadata }) => metadata.name),
    ).toEqual(["db-0", "db-1"]);
    const volume = (): unknown =>
      (objects("v1", "PersistentVolumeClaim").get("default", "data-db-0")?.["spec"] as { volumeName: string })
        .volumeName;
    const before = volume();
    pods().delete(pods().get("default", "db-0")!);
    timers.advance(10_000);
    expect(isPodReady(pods().get("default", "db-0")!)).toBe(true);
    expect(volume()).toBe(before);
    expect(problems).toEqual([]);
  });
});

describe("a Secret for a service account's token", () => {
  const secrets = () => objects("v1", "Secret");
  const accounts = () => objects("v1", "ServiceAccount");
  const makeSecret = (name: string, account = "bot", annotations = {}): void => {
    const type = "kubernetes.io/service-account-token";
    const metadata = { name, annotations: { "kubernetes.io/service-account.name": account, ...annotations } };
    secrets().create("conf", { metadata, type });
    timers.advance(1);
  };
  const decoded = (name: string): object | undefined => {
    const data = secrets().get("conf", name)?.["data"] as Record<string, string> | undefined;
    return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]));
  };

  it("is filled, keeps its token, and gets back what was taken out of it", () => {
    const { uid } = accounts().create("conf", { metadata: { name: "bot" } }).metadata;
    makeSecret("login");
    const filled = { token: `token of conf/bot ${uid} in login`, "ca.crt": "PEM", namespace: "conf" };
    expect(decoded("login")).toEqual(filled);
    expect(secrets().get("conf", "login")?.metadata.annotations).toMatchObject({
      "kubernetes.io/service-account.uid": uid,
    });
    secrets().update({ ...secrets().get("conf", "login")!, data: { token: btoa("an older one") } });
    timers.advance(1);
    expect(decoded("login")).toEqual({ ...filled, token: "an older one" });
    secrets().update({ ...secrets().get("conf", "login")!, data: {} });
    timers.advance(1);
    expect(decoded("login")).toEqual(filled);
    expect(problems).toEqual([]);
  });

  it("goes with the account, and when there is none, or another of its name", () => {
    const account = accounts().create("conf", { metadata: { name: "bot" } });
    makeSecret("login");
    makeSecret("of-nobody", "nobody");
    makeSecret("of-an-older-one", "bot", { "kubernetes.io/service-account.uid": "gone" });
    expect(
      secrets()
        .list("conf")
        .map(({ metadata }) => metadata.name),
    ).toEqual(["login"]);
    accounts().delete(account);
    timers.advance(1);
    expect(secrets().list("conf")).toEqual([]);
  });

  it("must say whose it is", () => {
    const nobodys = { metadata: { name: "x" }, type: "kubernetes.io/service-account-token" };
    expect(() => secrets().create("conf", nobodys)).toThrow(
      "metadata.annotations[kubernetes.io/service-account.name]: Required value",
    );
  });
});

describe("what belongs to the cluster", () => {
  it("gives each namespace a service account and the root certificate, and empties one that is deleted", () => {
    expect(objects("v1", "ConfigMap").get("conf", "kube-root-ca.crt")).toMatchObject({ data: { "ca.crt": "PEM" } });
    readyNode(store, timers);
    deploy({ replicas: 2 }, "conf");
    timers.advance(10_000);
    objects("v1", "Namespace").delete(objects("v1", "Namespace").get(undefined, "conf")!);
    timers.advance(100);
    expect(objects("v1", "Namespace").get(undefined, "conf")?.["status"]).toMatchObject({ phase: "Terminating" });
    timers.advance(10_000);
    expect(objects("v1", "Namespace").get(undefined, "conf")).toBeUndefined();
    expect(pods().list("conf")).toEqual([]);
  });

  it("counts how many pods a PodDisruptionBudget can spare", () => {
    readyNode(store, timers);
    objects("policy/v1", "PodDisruptionBudget").create("default", {
      metadata: { name: "web" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    deploy({ replicas: 3 });
    timers.advance(10_000);
    const budget = (): PodDisruptionBudget["status"] =>
      objects<PodDisruptionBudget>("policy/v1", "PodDisruptionBudget").get("default", "web")?.status;
    expect(budget()).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 });
    pods().delete(pods().list("default")[0]!);
    timers.advance(10);
    expect(budget()).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 2 });
  });

  it("scales a Deployment by the CPU that its pods use", () => {
    readyNode(store, timers);
    deploy({ replicas: 2 });
    objects("autoscaling/v2", "HorizontalPodAutoscaler").create("default", {
      metadata: { name: "web" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
      },
    });
    const use = (cores: number): void => {
      figures = pods()
        .list("default")
        .map(({ metadata }) => ({
          namespace: "default",
          pod: metadata.name,
          container: "app",
          cpuNanocores: cores * 1e9,
          memoryBytes: 0,
        }));
    };
    timers.advance(5000);
    use(0.1);
    timers.advance(20_000);
    expect(deployment().spec.replicas).toBe(4);
    for (let round = 0; round < 30; round += 1) {
      use(0.01);
      timers.advance(15_000);
    }
    expect(deployment().spec.replicas).toBe(2);
  });

  it("lets a Job end when it has its completions, and fail at its limit", () => {
    const job = (name: string, spec: object): void => {
      const template = { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "job:1" }] } };
      objects("batch/v1", "Job").create("default", { metadata: { name }, spec: { template, ...spec } });
    };
    const finish = (phase: string): void => {
      for (const pod of pods().list("default"))
        if (pod.status?.phase === "Pending") pods().updateStatus(pod, { ...pod.status, phase });
      timers.advance(20_000);
    };
    job("good", { completions: 3, parallelism: 2 });
    timers.advance(100);
    expect(pods().list("default")).toHaveLength(2);
    finish("Succeeded");
    finish("Succeeded");
    expect(objects("batch/v1", "Job").get("default", "good")?.["status"]).toMatchObject({
      succeeded: 3,
      conditions: [{ type: "SuccessCriteriaMet" }, { type: "Complete", status: "True" }],
    });
    job("bad", { backoffLimit: 1 });
    timers.advance(100);
    finish("Failed");
    finish("Failed");
    expect(objects("batch/v1", "Job").get("default", "bad")?.["status"]).toMatchObject({
      failed: 2,
      conditions: [{ type: "FailureTarget" }, { type: "Failed", reason: "BackoffLimitExceeded" }],
    });
  });
});

describe("a real server's controllers, recorded", () => {
  const text = readFileSync(join(import.meta.dirname, "../../testdata/transcripts/controllers.json"), "utf8");

  it("made what ours make of the same Deployment and Service", () => {
    const recorded = JSON.parse(text) as Transcript;
    for (const { request } of recorded.exchanges.slice(0, 2)) {
      const [resourceName = ""] = request.path.split("/").slice(-1);
      const type = store.types().find(({ resource }) => resource === resourceName)!;
      store.create(type, "conf", request.body, { fieldManager: "unknown" });
      timers.advance(1000);
    }
    const set = objects<ReplicaSet>("apps/v1", "ReplicaSet").list("conf")[0]!;
    const hash = set.metadata.labels?.["pod-template-hash"] ?? "";
    // Another hash function, and one distribution's own ConfigMap in each token volume.
    const { exchanges } = JSON.parse(text.replaceAll("584dfbb748", hash)) as Transcript;
    const answers = [
      [body(exchanges[2]), objects("apps/v1", "Deployment").get("conf", "web")],
      [items(exchanges[3])[0], set],
      [withoutDistribution(items(exchanges[4])[0]), pods().list("conf")[0]],
      [items(exchanges[6])[0], objects("discovery.k8s.io/v1", "EndpointSlice").list("conf")[0]],
    ] as const;
    const book = new Book();
    for (const [theirs, ours] of answers) book.learn(comparable(theirs) as never, comparable(ours) as never);
    for (const [theirs, ours] of answers)
      expect(book.differences(comparable(theirs) as never, comparable(ours) as never)).toEqual([]);

    const said = (events: readonly KubeObject[]): unknown[] =>
      events
        .filter((event) => (event["involvedObject"] as { name: string }).name.startsWith("web"))
        .map(
          (event) =>
            `${(event["involvedObject"] as KubeObject).kind} ${String(event["type"])} ${String(event["reason"])} ${String(event["message"]).replace(/-[a-z0-9]{5}$/, "-*")}`,
        );
    expect([...new Set(said(objects("v1", "Event").list("conf")))].sort()).toEqual(
      [...new Set(said(items(exchanges[5])))].sort(),
    );
  });
});

function objects<T extends KubeObject = KubeObject>(apiVersion: string, kind: string) {
  return resource<T>(store, apiVersion, kind, "test");
}

function pods() {
  return objects<Pod>("v1", "Pod");
}

function deploy(spec: object, namespace = "default"): void {
  objects("apps/v1", "Deployment").create(namespace, {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "100m" } } }] },
      },
      ...spec,
    },
  });
}

function deployment(): Deployment {
  return objects<Deployment>("apps/v1", "Deployment").get("default", "web")!;
}

function setImage(image: string): void {
  const found = deployment();
  const { template } = found.spec;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  objects("apps/v1", "Deployment").update({
    ...found,
    spec: { ...found.spec, template: { ...template, spec: { ...template.spec, containers } } },
  });
}

function imageOf(pod: Pod): string | undefined {
  return pod.spec.containers[0]?.image;
}

function conditionReasons(): object {
  return Object.fromEntries((deployment().status?.conditions ?? []).map(({ type, reason }) => [type, reason]));
}

function body(exchange: Transcript["exchanges"][number] | undefined): KubeObject {
  return exchange?.response.body as KubeObject;
}

function items(exchange: Transcript["exchanges"][number] | undefined): readonly KubeObject[] {
  const { apiVersion, kind, items } = exchange?.response.body as {
    apiVersion: string;
    kind: string;
    items: KubeObject[];
  };
  return items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, "") }));
}

/**
 * Versions count every write to the whole cluster; who owns which field is the store's own test. An empty list is null there and a
 * list here, which clients that count on one get along with better.
 */
function comparable(object: KubeObject | undefined): unknown {
  const metadata = { ...object?.metadata, managedFields: undefined, resourceVersion: undefined };
  return JSON.parse(JSON.stringify({ ...object, metadata }), (_, value: unknown) =>
    value === null || (Array.isArray(value) && value.length === 0) ? undefined : value,
  );
}

function withoutDistribution(pod: KubeObject | undefined): KubeObject {
  return JSON.parse(JSON.stringify(pod), (key, value: unknown) =>
    key === "sources"
      ? (value as { configMap?: { name: string } }[]).filter(
          ({ configMap }) => configMap?.name !== "openshift-service-ca.crt",
        )
      : value,
  ) as KubeObject;
}
