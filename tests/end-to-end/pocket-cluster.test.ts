import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import type { V1Pod } from "@kubernetes/client-node";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** A whole cluster as a site runs it: one process with real pods, spoken to by the official client, killed and started again. */

const ROOT = join(import.meta.dirname, "../..");
/** A block of its own, so that a lab on the same machine is not in the way. */
const BLOCK = `127.${150 + (process.pid % 50)}`;

/** Answers with its name and version, and counts its starts in its volume; `/crash` ends it. */
const SERVER = `
  import { appendFileSync, readFileSync } from "node:fs";
  import { createServer } from "node:http";
  const file = process.env.STARTS_FILE;
  if (file) appendFileSync(file, "x");
  createServer(async (request, response) => {
    if (request.url === "/crash") process.exit(3);
    const upstream = request.url.startsWith("/via/") ? await (await fetch("http://" + request.url.slice(5))).text() : undefined;
    response.end(JSON.stringify({ pod: process.env.HOSTNAME, version: process.env.VERSION, starts: file && readFileSync(file, "utf8").length, upstream }));
  }).listen(8080, process.env.POD_IP);
  process.on("SIGTERM", () => process.exit(0));
`;

let folder: string;
let cluster: ChildProcess | undefined;
let core: CoreV1Api;
let apps: AppsV1Api;
let objects: KubernetesObjectApi;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "pocket-cluster-")));
  const banner = {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  };
  await build({
    entryPoints: {
      "pocket-cluster": join(ROOT, "packages/pocket-cluster/src/main.ts"),
      "pocket-resolver": join(ROOT, "packages/pocket-cluster/src/node/resolver-hook.ts"),
    },
    ...{
      outdir: folder,
      outExtension: { ".js": ".js" },
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      banner,
      logLevel: "error",
    },
  });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "server.js"), SERVER);
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({
      name: "here",
      dataDir: join(folder, "data"),
      network: {
        api: { address: `${BLOCK}.0.1`, port: 6443 },
        externalAddress: `${BLOCK}.0.2`,
        podPrefix: `${BLOCK}.1`,
        servicePrefix: `${BLOCK}.2`,
      },
      images: { server: { command: [process.execPath, join(folder, "server.js")] } },
      apiServerNames: [],
    }),
  );
  await start();
});

afterAll(async () => {
  await stop("SIGTERM");
  expect(processesOfSite()).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

describe("a pocket cluster", () => {
  it("runs a Deployment that a Service and an Ingress lead to (R14)", async () => {
    await apply(deployment("1", 2), service(), ingress());
    await rolledOut("1", 2);
    expect(await ask(`${BLOCK}.0.2`, 8080, "/x", "www.example.com")).toMatchObject({ version: "1" });
    expect((await respond(`${BLOCK}.0.2`, 8080, "/x", "nobody.example")).status).toBe(404);
    const { spec } = await core.readNamespacedService({ name: "web", namespace: "default" });
    expect(await ask(spec?.clusterIP ?? "", 8080, "/")).toMatchObject({ version: "1" });
    // From inside, by name.
    const inside = (await ask(`${BLOCK}.0.2`, 8080, "/via/web.default.svc.cluster.local:8080/", "www.example.com")) as {
      upstream: string;
    };
    expect(JSON.parse(inside.upstream)).toMatchObject({ version: "1" });
  });

  it("rolls a new version out and scales without a failed request", async () => {
    let failures = 0;
    let requests = 0;
    const traffic = new AbortController();
    const user = (async () => {
      while (!traffic.signal.aborted) {
        requests += 1;
        const { status } = await respond(`${BLOCK}.0.2`, 8080, "/x", "www.example.com").catch(() => ({ status: 0 }));
        if (status !== 200) failures += 1;
      }
    })();
    await apply(deployment("2", 2));
    await rolledOut("2", 2);
    await apply(deployment("2", 4));
    await rolledOut("2", 4);
    traffic.abort();
    await user;
    expect({ failures, enough: requests > 20 }).toEqual({ failures: 0, enough: true });
    const { items } = await apps.listNamespacedReplicaSet({ namespace: "default" });
    expect(items.map((set) => set.spec?.replicas).sort()).toEqual([0, 4]);
  });

  it("restarts a program that is killed", async () => {
    const [pod] = await pods("web");
    const program = processesOfSite().find(({ folder }) => folder.includes(`_${pod?.metadata?.name ?? ""}_`))!;
    process.kill(program.pid, "SIGKILL");
    await expect.poll(async () => (await pods("web")).map(restarts).sort(), { timeout: 10_000 }).toEqual([0, 0, 0, 1]);
    await rolledOut("2", 4);
    const killed = (await pods("web")).find((each) => restarts(each) === 1);
    expect(killed?.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      signal: 9,
      reason: "Error",
    });
    expect((await core.listNamespacedEvent({ namespace: "default" })).items.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["Scheduled", "Pulled", "Created", "Started", "ScalingReplicaSet", "SuccessfulCreate"]),
    );
  });

  it("is the same again after the whole site was killed: pods, addresses, data", async () => {
    await apply(statefulSet());
    await expect.poll(async () => (await pods("db")).map(isReady), { timeout: 10_000 }).toEqual([true]);
    const before = [...(await pods("web")), ...(await pods("db"))];
    await stop("SIGKILL");
    // Nobody was there to take the pods along.
    expect(processesOfSite().length).toBeGreaterThan(0);
    await start();
    await rolledOut("2", 4);
    await expect.poll(async () => (await pods("db")).map(isReady), { timeout: 10_000 }).toEqual([true]);
    const after = [...(await pods("web")), ...(await pods("db"))];
    expect(after.map(identity)).toEqual(before.map(identity));
    expect(after.map(restarts)).toEqual(before.map((pod) => restarts(pod) + 1));
    expect(processesOfSite()).toHaveLength(5);
    const [db] = await pods("db");
    expect(await ask(db?.status?.podIP ?? "", 8080, "/")).toMatchObject({ pod: "db-0", starts: 2 });
  });

  it("says what is wrong with a pod whose image it does not have", async () => {
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "typo", namespace: "default" },
      spec: { containers: [{ name: "app", image: "serve:1" }] },
    });
    await expect
      .poll(
        async () =>
          (await core.readNamespacedPod({ name: "typo", namespace: "default" })).status?.containerStatuses?.[0]?.state
            ?.waiting?.message,
      )
      .toContain("known images: server");
    await core.deleteNamespacedPod({ name: "typo", namespace: "default" });
  });

  it("leaves no process behind when its parent is gone", async () => {
    const exited = new Promise((resolve) => cluster?.once("exit", resolve));
    (cluster?.stdio[3] as { destroy: () => void }).destroy();
    await exited;
    expect(processesOfSite()).toEqual([]);
    await start();
  });
});

async function start(): Promise<void> {
  const child = spawn(process.execPath, [join(folder, "pocket-cluster.js"), join(folder, "config.json")], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    env: { PATH: process.env["PATH"], POCKET_CLUSTER_PARENT_PIPE: "3" },
  });
  cluster = child;
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").once("data", resolve);
    child.once("exit", (code) => reject(new Error(`the cluster ended with ${code ?? "a signal"}`)));
  });
  const ready = JSON.parse(line) as { ready: boolean; kubeconfig: string };
  expect(ready.ready).toBe(true);
  const config = new KubeConfig();
  config.loadFromFile(ready.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
  objects = KubernetesObjectApi.makeApiClient(config);
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  const child = cluster;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await exited;
}

/** Every process that works below the site's folder, the cluster's own apart. */
function processesOfSite(): { readonly pid: number; readonly folder: string }[] {
  return readdirSync("/proc").flatMap((entry) => {
    try {
      const cwd = readlinkSync(`/proc/${entry}/cwd`);
      return cwd.startsWith(`${folder}/data/`) ? [{ pid: Number(entry), folder: cwd }] : [];
    } catch {
      return [];
    }
  });
}

async function apply(...manifests: readonly object[]): Promise<void> {
  for (const manifest of manifests)
    await objects.patch(manifest, undefined, undefined, "test", true, PatchStrategy.ServerSideApply);
}

async function rolledOut(version: string, replicas: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { status, metadata } = await apps.readNamespacedDeployment({ name: "web", namespace: "default" });
        const current = status?.observedGeneration === metadata?.generation;
        return {
          current,
          updated: status?.updatedReplicas,
          available: status?.availableReplicas,
          all: status?.replicas,
        };
      },
      { timeout: 20_000 },
    )
    .toEqual({ current: true, updated: replicas, available: replicas, all: replicas });
  // Also gone are those that were told to go.
  await expect
    .poll(async () => (await pods("web")).map(versionOf), { timeout: 10_000 })
    .toEqual(Array(replicas).fill(version));
}

async function pods(app: string): Promise<V1Pod[]> {
  const { items } = await core.listNamespacedPod({ namespace: "default", labelSelector: `app=${app}` });
  return items.sort((a, b) => ((a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1));
}

function restarts(pod: V1Pod): number {
  return pod.status?.containerStatuses?.[0]?.restartCount ?? -1;
}

function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}

function versionOf(pod: V1Pod): string | undefined {
  return pod.spec?.containers[0]?.env?.find(({ name }) => name === "VERSION")?.value;
}

function identity(pod: V1Pod): string {
  return [pod.metadata?.name, pod.metadata?.uid, pod.status?.podIP].join(" ");
}

async function respond(
  host: string,
  port: number,
  path: string,
  name = host,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    get({ host, port, path, headers: { host: name }, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text })).on("error", reject);
    }).on("error", reject);
  });
}

async function ask(host: string, port: number, path: string, name?: string): Promise<unknown> {
  return JSON.parse((await respond(host, port, path, name)).text) as unknown;
}

function template(app: string, version: string, extra: object = {}): object {
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: "app",
          image: "registry.example/server:1.0",
          ports: [{ name: "http", containerPort: 8080 }],
          env: [
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
            { name: "VERSION", value: version },
            ...(app === "db" ? [{ name: "STARTS_FILE", value: "/data/starts" }] : []),
          ],
          readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
          // Time for those who still send requests here to hear that it goes.
          lifecycle: { preStop: { sleep: { seconds: 1 } } },
          ...extra,
        },
      ],
    },
  };
}

function deployment(version: string, replicas: number): object {
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const spec = { replicas, strategy, selector: { matchLabels: { app: "web" } }, template: template("web", version) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec,
  };
}

function service(): object {
  const spec = { selector: { app: "web" }, ports: [{ name: "http", port: 8080, targetPort: "http" }] };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec,
  };
}

function ingress(): object {
  const backend = { service: { name: "web", port: { name: "http" } } };
  const spec = { rules: [{ host: "www.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "default" },
    spec,
  };
}

function statefulSet(): object {
  const claim = {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  const mounts = { volumeMounts: [{ name: "data", mountPath: "/data" }], workingDir: "/data" };
  const spec = {
    ...{ serviceName: "db", replicas: 1, selector: { matchLabels: { app: "db" } } },
    ...{ template: template("db", "1", mounts), volumeClaimTemplates: [claim] },
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec,
  };
}
