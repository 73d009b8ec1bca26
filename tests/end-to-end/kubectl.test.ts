import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPocketCluster } from "../../packages/pocket-cluster/src/pocket-cluster.ts";
import type { PocketCluster } from "../../packages/pocket-cluster/src/pocket-cluster.ts";

/** A pocket cluster with its node, used through an unmodified kubectl, as a person would. */

const hasKubectl = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" }).status === 0;
// Where a person has no kubectl there is nothing to show; the build has to have one.
const suite = hasKubectl || process.env["CI"] !== undefined ? describe : describe.skip;

let directory: string;
let cluster: PocketCluster;

const program = `
  const server = require("node:http").createServer((request, response) => {
    console.log("served " + request.url);
    response.end(process.env.GREETING);
  });
  server.listen(8080, process.env.POD_IP, () => console.log("listening"));
  process.on("SIGTERM", () => process.exit(0));
`;

const manifest = (greeting: string, replicas = 2): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: web
          image: example.test/web:1
          ports: [{ name: http, containerPort: 8080 }]
          env:
            - { name: GREETING, value: "${greeting}" }
            - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
          readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 8080, targetPort: http }] }
`;

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: directory };
}

/** Runs kubectl in the namespace `demo`; rejects with what it wrote when it fails. */
function kubectl(line: string, input = ""): Promise<string> {
  const args = ["--namespace=demo", ...line.split(" ")];
  return new Promise((resolve, reject) => {
    const child = execFile("kubectl", args, { env: environment(), timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${line}: ${stderr}${stdout}`));
    });
    child.stdin?.end(input);
  });
}

const get = async (path: string): Promise<unknown> => JSON.parse(await kubectl(`get ${path} -o json`)) as unknown;

suite("kubectl", () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "kubectl-"));
    cluster = await startPocketCluster(
      {
        name: "lakeside",
        dataDir: join(directory, "cluster"),
        network: {
          api: { address: "127.77.0.1", port: 0 },
          externalAddress: "127.77.0.2",
          podPrefix: "127.77.1",
          servicePrefix: "127.77.2",
        },
        images: { "example.test/web": { command: [process.execPath, "-e", program] } },
        apiServerNames: [],
      },
      {},
    );
  });
  afterAll(async () => {
    await cluster.stop(1_000);
    rmSync(directory, { recursive: true, force: true });
  });

  it("finds a ready cluster", async () => {
    expect(await kubectl("version")).toContain("Server Version: v1.34");
    await kubectl("wait --for=condition=Ready node/lakeside --timeout=20s");
    expect(await kubectl("get nodes")).toMatch(/lakeside +Ready/);
    expect(await kubectl("api-resources")).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await kubectl("auth whoami")).toContain("system:masters");
    expect(await kubectl("explain deployment.spec.strategy")).toContain("rollingUpdate\t<RollingUpdateDeployment>");
  });

  it("creates what its own commands create", async () => {
    expect(await kubectl("create namespace demo")).toBe("namespace/demo created\n");
    expect(await kubectl("create configmap settings --from-literal=colour=blue")).toBe("configmap/settings created\n");
    expect(await kubectl("create secret generic login --from-literal=user=ann")).toBe("secret/login created\n");
    expect(await kubectl("create deployment idle --image=example.test/web:1 --replicas=0")).toBe(
      "deployment.apps/idle created\n",
    );
    expect(await get("deployment/idle")).toMatchObject({ spec: { replicas: 0 } });
    expect(await get("configmap/settings")).toMatchObject({ data: { colour: "blue" } });
    expect(await kubectl("get secret login -o jsonpath={.data.user}")).toBe(Buffer.from("ann").toString("base64"));
  });

  it("applies on the client's side, waits for the rollout and shows what runs", async () => {
    expect(await kubectl("apply -f -", manifest("hello"))).toBe("deployment.apps/web created\nservice/web created\n");
    expect(await kubectl("rollout status deployment/web --timeout=30s")).toContain("successfully rolled out");
    expect(await kubectl("apply -f -", manifest("hello"))).toBe(
      "deployment.apps/web unchanged\nservice/web unchanged\n",
    );
    expect(await kubectl("get deployment web")).toMatch(
      /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s/,
    );
    expect(await kubectl("get pods -l app=web -o wide")).toMatch(
      /web-\S+ +1\/1 +Running +0 +\d+s +127\.77\.1\.\d+ +lakeside/,
    );
    expect(await kubectl("get endpointslices")).toMatch(/web-\w+ +IPv4 +8080 +127\.77\.1\.\d+,127\.77\.1\.\d+/);
    const address = await kubectl("get service web -o jsonpath={.spec.clusterIP}");
    expect(await (await fetch(`http://${address}:8080/greeting`)).text()).toBe("hello");
    expect(await kubectl("logs deployment/web")).toContain("listening");
    expect(await kubectl("logs -l app=web --tail=-1")).toContain("served /greeting");
    const described = await kubectl("describe deployment web");
    expect(described).toMatch(/Replicas: +2 desired \| 2 updated \| 2 total \| 2 available/);
    expect(described).toContain("ScalingReplicaSet");
  });

  it("follows a log while it is written", async () => {
    const [name = ""] = (await kubectl("get pods -l app=web -o name")).split("\n");
    const podAddress = await kubectl(`get ${name} -o jsonpath={.status.podIP}`);
    const follower = spawn("kubectl", ["--namespace=demo", "logs", "-f", name], { env: environment() });
    const lines = createInterface({ input: follower.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("listening");
    await fetch(`http://${podAddress}:8080/followed`);
    for (let line = await lines.next(); line.value !== "served /followed"; line = await lines.next()) {
      expect(line.done, "the log ended early").not.toBe(true);
    }
    follower.kill();
  });

  it("changes, scales, restarts and undoes", async () => {
    await kubectl("scale deployment web --replicas=3");
    await kubectl("wait deployment/web --for=jsonpath={.status.readyReplicas}=3 --timeout=30s");
    expect(await kubectl("label deployment web tier=front")).toContain("labeled");
    expect(await kubectl("annotate deployment web kubernetes.io/change-cause=try")).toContain("annotated");
    await kubectl("set env deployment/web GREETING=changed");
    expect(await kubectl("rollout status deployment/web --timeout=30s")).toContain("successfully rolled out");
    const address = await kubectl("get service web -o jsonpath={.spec.clusterIP}");
    expect(await (await fetch(`http://${address}:8080/`)).text()).toBe("changed");
    expect(await kubectl("rollout history deployment/web")).toMatch(/REVISION +CHANGE-CAUSE\n1 .*\n2 /);
    await kubectl("rollout undo deployment/web");
    await kubectl("rollout restart deployment/web");
    expect(await kubectl("rollout status deployment/web --timeout=30s")).toContain("successfully rolled out");
    await kubectl(`patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":1}]`);
    await kubectl(
      `patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"MORE","value":"1"}]}]}}}}`,
    );
    expect(await get("deployment/web")).toMatchObject({
      spec: {
        replicas: 1,
        template: { spec: { containers: [{ env: expect.arrayContaining([{ name: "MORE", value: "1" }]) }] } },
      },
    });
  });

  it("applies on the server's side, and is told of conflicts", async () => {
    const mine = manifest("mine", 1);
    await expect(kubectl("apply --server-side --field-manager=other -f -", mine)).rejects.toThrow(/conflict/);
    expect(await kubectl("apply --server-side --field-manager=other --force-conflicts -f -", mine)).toContain(
      "deployment.apps/web serverside-applied",
    );
    expect(await kubectl("diff --server-side --field-manager=other -f -", mine)).toBe("");
    const typo = mine.replace("replicas:", "replicass:");
    await expect(kubectl("apply --server-side --field-manager=other -f -", typo)).rejects.toThrow(
      /unknown field|not declared in schema/,
    );
    await expect(kubectl("apply -f -", typo)).rejects.toThrow(/unknown field "spec.replicass"/);
  });

  it("watches", async () => {
    const watcher = spawn("kubectl", ["--namespace=demo", "get", "configmaps", "-w", "-o", "name"], {
      env: environment(),
    });
    const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
    const seen: string[] = [];
    const until = async (name: string): Promise<void> => {
      while (!seen.includes(name)) {
        const line = await lines.next();
        expect(line.done, "the watch ended early").not.toBe(true);
        seen.push(String(line.value));
      }
    };
    await until("configmap/settings");
    await kubectl("create configmap later");
    await until("configmap/later");
    watcher.kill();
  });

  it("asks who may do what", async () => {
    await kubectl("create serviceaccount bot");
    await kubectl("create role reader --verb=get,list --resource=configmaps");
    await kubectl("create rolebinding readers --role=reader --serviceaccount=demo:bot");
    expect(await kubectl("auth can-i list configmaps --as=system:serviceaccount:demo:bot")).toBe("yes\n");
    await expect(kubectl("auth can-i list secrets --as=system:serviceaccount:demo:bot")).rejects.toThrow("no");
    const token = (await kubectl("create token bot")).trim();
    const { server, "certificate-authority-data": authority } = (
      JSON.parse(await kubectl("config view --raw -o json")) as { clusters: [{ cluster: Record<string, string> }] }
    ).clusters[0].cluster as Record<"server" | "certificate-authority-data", string>;
    // A token in a file of its own: no secret stands on a command line.
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "bot", user: { token } }],
      contexts: [{ name: "bot", context: { cluster: "c", user: "bot" } }],
      "current-context": "bot",
    };
    const file = join(directory, "bot.kubeconfig");
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    expect(await kubectl(`--kubeconfig=${file} get configmaps -o name`)).toContain("configmap/settings");
    await expect(kubectl(`--kubeconfig=${file} get secrets`)).rejects.toThrow(
      /secrets is forbidden: User "system:serviceaccount:demo:bot"/,
    );
  });

  it("serves a custom resource as soon as it is defined", async () => {
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "boats.lake.test" },
      spec: {
        group: "lake.test",
        scope: "Namespaced",
        names: { plural: "boats", singular: "boat", kind: "Boat", shortNames: ["bt"] },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: { spec: { type: "object", properties: { seats: { type: "integer", maximum: 9 } } } },
              },
            },
            additionalPrinterColumns: [{ name: "Seats", type: "integer", jsonPath: ".spec.seats" }],
          },
        ],
      },
    };
    await kubectl("apply -f -", JSON.stringify(definition));
    await kubectl("wait --for=condition=Established crd/boats.lake.test --timeout=10s");
    const boat = { apiVersion: "lake.test/v1", kind: "Boat", metadata: { name: "ada" }, spec: { seats: 4 } };
    await kubectl("apply --server-side -f -", JSON.stringify(boat));
    expect(await kubectl("get bt")).toMatch(/NAME +SEATS\nada +4\n/);
    expect(await kubectl("explain boat.spec")).toContain("seats\t<integer>");
    await expect(kubectl("apply --server-side -f -", JSON.stringify({ ...boat, spec: { seats: 10 } }))).rejects.toThrow(
      /less than or equal to 9/,
    );
    await kubectl("delete crd boats.lake.test");
    await expect(kubectl("get boats")).rejects.toThrow(
      /could not find the requested resource|doesn't have a resource type/,
    );
  });

  it("deletes, and what was owned goes, too", async () => {
    expect(await kubectl("delete deployment web --timeout=30s")).toContain('deployment.apps "web" deleted');
    await kubectl("wait --for=delete pod -l app=web --timeout=30s");
    expect(await kubectl("get replicasets -l app=web -o name")).toBe("");
    await kubectl("delete namespace demo --timeout=30s");
    await expect(kubectl("get namespace demo")).rejects.toThrow('namespaces "demo" not found');
  });
});
