import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { get } from "node:http";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resource } from "../objects/index.ts";
import type { Pod } from "../objects/index.ts";
import { createStore } from "../store/index.ts";
import type { KubeObject, ObjectStore } from "../store/index.ts";
import { startNode } from "./index.ts";
import type { NodeOptions, PocketNode } from "./index.ts";
import { processesBelow } from "./processes.ts";

/** A web server that answers with its environment; `/crash` ends it. */
const SERVER = `
  require("node:http").createServer((request, response) => {
    if (request.url === "/crash") process.exit(3);
    response.end(JSON.stringify(process.env));
  }).listen(Number(process.env.PORT ?? 8080), process.env.POD_IP, () => console.log("listening"));
`;
const images = {
  server: { command: [process.execPath, "-e", SERVER], environment: { FROM_IMAGE: "yes" } },
  once: { command: [process.execPath, "-e"] },
};

let folder: string;
let store: ObjectStore;
let node: PocketNode | undefined;
let prefix: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "pocket-node-")));
  store = createStore({ now: Date.now, random: Math.random });
  prefix = `127.60.${Math.floor(Math.random() * 200) + 20}`;
  for (const name of ["default", "kube-node-lease"])
    objects("v1", "Namespace").create(undefined, { metadata: { name } });
  objects("v1", "ConfigMap").create("default", { metadata: { name: "kube-root-ca.crt" }, data: { "ca.crt": "ca" } });
});

afterEach(async () => {
  await node?.stop(0);
  node = undefined;
  expect(await processesBelow(folder)).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

describe("a node", { timeout: 60_000 }, () => {
  it("runs a pod on its own address with what its manifest gives it, and takes it down when it is deleted", async () => {
    objects("v1", "ConfigMap").create("default", { metadata: { name: "settings" }, data: { colour: "green" } });
    objects("v1", "Secret").create("default", {
      metadata: { name: "keys" },
      data: { token: Buffer.from("t0p").toString("base64") },
    });
    await start();
    createPod("web", {
      containers: [
        {
          name: "app",
          image: "registry.example:5000/team/server:1.2",
          ports: [{ name: "http", containerPort: 8080 }],
          env: [
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
            { name: "COLOUR", valueFrom: { configMapKeyRef: { name: "settings", key: "colour" } } },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } },
            { name: "GREETING", value: "$(COLOUR) $(NOBODY)" },
            { name: "FILE", value: "/etc/settings/colour" },
          ],
          volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }],
          readinessProbe: { httpGet: { port: "http", path: "/" }, periodSeconds: 1 },
        },
      ],
      volumes: [{ name: "settings", configMap: { name: "settings" } }],
    });
    const pod = (await until("web", (each) => ready(each))) as Pod;
    expect(pod.status).toMatchObject({ phase: "Running", podIP: `${prefix}.1`, hostIP: "127.60.0.2" });

    const environment = (await fetchJson(`http://${prefix}.1:8080/`)) as Record<string, string>;
    expect(environment).toMatchObject({
      FROM_IMAGE: "yes",
      COLOUR: "green",
      TOKEN: "t0p",
      GREETING: "green $(NOBODY)",
    });
    expect(await readFile(environment["FILE"]!, "utf8")).toBe("green");
    expect(environment["FILE"]).toBe(`${environment["CONTAINER_ROOT"]!}/etc/settings/colour`);

    const settings = objects("v1", "ConfigMap").get("default", "settings")!;
    objects("v1", "ConfigMap").update({ ...settings, data: { colour: "blue" } });
    await expect.poll(() => readFile(environment["FILE"]!, "utf8")).toBe("blue");
    expect(await logs("web", "app")).toBe("listening\n");

    pods().delete(pod);
    await until("web", (each) => each === undefined);
    expect(await processesBelow(folder)).toEqual([]);
  });

  it("lets the programs of pods with a priority go before the others", async () => {
    await start();
    objects("scheduling.k8s.io/v1", "PriorityClass").create(undefined, { metadata: { name: "first" }, value: 1000 });
    const untilNice = (niceness: number) =>
      `setInterval(() => require("node:os").getPriority() === ${niceness} && process.exit(0), 5)`;
    createPod("ordinary", {
      restartPolicy: "Never",
      containers: [{ name: "app", image: "once", args: [untilNice(Math.min(19, getPriority() + 10))] }],
    });
    createPod("critical", {
      restartPolicy: "Never",
      priorityClassName: "first",
      containers: [{ name: "app", image: "once", args: [untilNice(getPriority())] }],
    });
    for (const name of ["ordinary", "critical"]) await until(name, (pod) => pod?.status?.phase === "Succeeded");
  });

  it("restarts what crashes: at once the first time, then after a back-off, with its last exit and its previous log", async () => {
    await start({ restartBackoff: { firstMs: 300, maxMs: 1000 } });
    createPod("crash", { containers: [{ name: "app", image: "once", args: ["console.log('run'); process.exit(3)"] }] });
    const waiting = await until(
      "crash",
      (pod) => pod?.status?.containerStatuses?.[0]?.state.waiting?.reason === "CrashLoopBackOff",
    );
    expect(waiting?.status?.phase).toBe("Running");
    expect(waiting?.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      ready: false,
      lastState: { terminated: { exitCode: 3, reason: "Error" } },
      state: {
        waiting: { message: expect.stringMatching(/^back-off 0.3s restarting failed container=app pod=crash_default/) },
      },
    });
    await until("crash", (pod) => (pod?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
    expect(await logs("crash", "app", true)).toBe("run\n");
    expect(eventReasons()).toEqual(expect.arrayContaining(["Pulled", "Created", "Started", "BackOff"]));
  });

  it("says which images there are when one is unknown", async () => {
    await start();
    createPod("unknown", { containers: [{ name: "app", image: "nowhere.example/none:1" }] });
    const pod = await until(
      "unknown",
      (each) => each?.status?.containerStatuses?.[0]?.state.waiting?.reason === "ErrImagePull",
    );
    expect(pod?.status?.containerStatuses?.[0]?.state.waiting?.message).toContain("known images: once, server");
    expect(pod?.status?.phase).toBe("Pending");
  });

  it("runs init containers first, one after the other, and lets a pod that ends succeed or fail", async () => {
    await start();
    const write = (text: string) => [`require("node:fs").appendFileSync(process.env.FILE, "${text}")`];
    const shared = {
      env: [{ name: "FILE", value: "/data/order" }],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    };
    createPod("job", {
      restartPolicy: "Never",
      initContainers: ["a", "b"].map((name) => ({ name, image: "once", args: write(name), ...shared })),
      containers: [
        {
          name: "app",
          image: "once",
          args: [`process.exit(require("node:fs").readFileSync(process.env.FILE, "utf8") === "ab" ? 0 : 1)`],
          ...shared,
        },
      ],
      volumes: [{ name: "data", emptyDir: {} }],
    });
    const pod = await until("job", (each) => each?.status?.phase === "Succeeded" || each?.status?.phase === "Failed");
    expect(pod?.status?.phase).toBe("Succeeded");
    expect(pod?.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "PodReadyToStartContainers=False",
      "Initialized=True",
      "Ready=False",
      "ContainersReady=False",
      "PodScheduled=True",
    ]);
  });

  it("kills a program that ignores SIGTERM when its grace is over, with everything that it started", async () => {
    await start();
    const stubborn = `process.on("SIGTERM", () => console.log("no")); require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { detached: true }); setInterval(() => 0, 1000)`;
    createPod("stubborn", {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "app", image: "once", args: [stubborn] }],
    });
    await until("stubborn", (pod) => ready(pod));
    await expect.poll(async () => (await processesBelow(folder)).length).toBe(2);
    const began = performance.now();
    pods().delete(pods().get("default", "stubborn")!);
    await until("stubborn", (pod) => pod === undefined);
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await processesBelow(folder)).toEqual([]);
  });

  it("takes a pod out of service while its readiness probe fails and restarts it when its liveness probe does", async () => {
    await start();
    createPod("probed", {
      containers: [
        {
          name: "app",
          image: "once",
          args: [
            `const http = require("node:http"); let status = 200;
             http.createServer((request, response) => { if (request.url.startsWith("/set/")) status = Number(request.url.slice(5)); response.statusCode = request.url === "/ready" ? status : status === 500 ? 500 : 200; response.end(); }).listen(8080, process.env.POD_IP)`,
          ],
          env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
          readinessProbe: { httpGet: { port: 8080, path: "/ready" }, periodSeconds: 1, failureThreshold: 1 },
          livenessProbe: {
            httpGet: { port: 8080, path: "/live" },
            initialDelaySeconds: 1,
            periodSeconds: 1,
            failureThreshold: 1,
          },
        },
      ],
    });
    const pod = await until("probed", (each) => ready(each));
    const base = `http://${pod?.status?.podIP ?? ""}:8080`;
    await fetchText(`${base}/set/503`);
    await until("probed", (each) => !ready(each));
    await fetchText(`${base}/set/500`);
    await until("probed", (each) => each?.status?.containerStatuses?.[0]?.restartCount === 1 && ready(each));
    expect(eventReasons()).toEqual(expect.arrayContaining(["Unhealthy", "Killing"]));
  });
});

function objects(apiVersion: string, kind: string) {
  return resource<KubeObject>(store, apiVersion, kind, "test");
}

function pods() {
  return resource<Pod>(store, "v1", "Pod", "test");
}

async function start(overrides: Partial<NodeOptions> = {}): Promise<void> {
  node = await startNode({
    store,
    name: "here",
    dataDir: folder,
    externalAddress: "127.60.0.2",
    podPrefix: prefix,
    images,
    apiServer: { address: "127.60.0.1", port: 6443 },
    serviceAccountToken: () => ({ token: "token", expiresAt: Date.now() + 3_600_000 }),
    now: Date.now,
    ...overrides,
  });
}

function createPod(name: string, spec: object): void {
  pods().create("default", {
    metadata: { name },
    spec: { nodeName: "here", terminationGracePeriodSeconds: 2, ...spec },
  });
}

function ready(pod: Pod | undefined): boolean {
  return pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}

async function until(name: string, condition: (pod: Pod | undefined) => boolean): Promise<Pod | undefined> {
  const now = pods().get("default", name);
  if (condition(now)) return now;
  return new Promise((resolve) => {
    const stop = pods().watch((type, pod) => {
      if (pod.metadata.name !== name || !condition(type === "DELETED" ? undefined : pod)) return;
      setImmediate(() => stop());
      resolve(pod);
    });
  });
}

async function logs(name: string, container: string, previous = false): Promise<string> {
  const chunks: Buffer[] = [];
  const request = { container, follow: false, previous, timestamps: false, signal: new AbortController().signal };
  for await (const chunk of node!.podLogs("default", name, request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function eventReasons(): readonly unknown[] {
  return objects("v1", "Event")
    .list("default")
    .map((event) => event["reason"]);
}

async function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => resolve(text));
    }).on("error", reject);
  });
}

async function fetchJson(url: string): Promise<unknown> {
  return JSON.parse(await fetchText(url)) as unknown;
}
