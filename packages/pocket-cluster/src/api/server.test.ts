import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError } from "../store/index.ts";
import type { PodLogOptions } from "./contract.ts";
import { createClient } from "./testing/client.ts";
import { startTestCluster } from "./testing/cluster.ts";
import type { TestCluster } from "./testing/cluster.ts";

let cluster: TestCluster;
let isNodeReady = true;
let logs: (options: PodLogOptions) => AsyncIterable<Buffer>;
let flushes = 0;

beforeAll(async () => {
  cluster = await startTestCluster({
    addresses: ["127.0.0.1", "127.0.0.2"],
    flushed: () => {
      flushes += 1;
      return Promise.resolve();
    },
    extensions: {
      podLogs: (_namespace, _name, options) => logs(options),
      readiness: () => [{ name: "node", ready: isNodeReady }],
      metrics: () => ({
        measuredAt: Date.parse("2026-11-23T00:00:00Z"),
        windowMs: 15_000,
        nodes: [{ name: "n1", usage: { cpuNanocores: 250e6, memoryBytes: 512 << 20 } }],
        pods: [
          {
            namespace: "default",
            name: "web",
            containers: [{ name: "c", usage: { cpuNanocores: 1.5e6, memoryBytes: 1 << 20 } }],
          },
          { namespace: "kube-system", name: "dns", containers: [] },
        ],
      }),
    },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", labels: { app: "web" } },
    spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }] },
  };
  expect((await post("/api/v1/namespaces/default/pods", pod)).status).toBe(201);
});
afterAll(() => cluster.close());

const configMaps = "/api/v1/namespaces/default/configmaps";
const post = (path: string, body: unknown, headers = {}) => cluster.admin(path, { method: "POST", body, headers });
const configMap = (name: string, extra: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...extra },
  data: { k: "v" },
});

describe("requests", () => {
  it("are answered at every address, on the same port", async () => {
    const client = createClient({
      url: `https://127.0.0.2:${cluster.api.port}`,
      authorityCertificate: cluster.pki.authorityCertificate,
    });
    expect((await client("/readyz")).text).toBe("ok");
    client.close();
  });

  it("are taken in JSON, YAML and protobuf, in nothing else", async () => {
    expect((await post(configMaps, configMap("json"))).status).toBe(201);
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata: {k: v}\n";
    expect((await post(configMaps, yaml, { "content-type": "application/yaml" })).status).toBe(201);
    const protobuf = Buffer.from(
      "6b3873000a0f0a02763112094e616d657370616365121c0a140a0464656d6f12001a0022002a003200380042001200" +
        "1a020a001a002200",
      "hex",
    );
    const made = await post("/api/v1/namespaces", protobuf, { "content-type": "application/vnd.kubernetes.protobuf" });
    expect(made.body).toMatchObject({ kind: "Namespace", metadata: { name: "demo" }, status: { phase: "Active" } });
    expect(
      (await post(configMaps, "k8s\0\xff", { "content-type": "application/vnd.kubernetes.protobuf" })).status,
    ).toBe(400);
    expect((await post(configMaps, "a=b", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(415);
  });

  it("are answered in JSON or YAML, in nothing else", async () => {
    const get = (accept: string) => cluster.admin(`${configMaps}/json`, { headers: { accept } });
    expect((await get("application/vnd.kubernetes.protobuf,application/json")).headers["content-type"]).toBe(
      "application/json",
    );
    expect((await get("application/vnd.kubernetes.protobuf")).body).toMatchObject({
      code: 406,
      reason: "NotAcceptable",
    });
    const yaml = await get("application/yaml");
    expect(yaml.headers["content-type"]).toBe("application/yaml");
    expect(yaml.text).toContain("kind: ConfigMap\n");
    expect((await get("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")).body).toMatchObject({
      kind: "PartialObjectMetadata",
      metadata: { name: "json" },
    });
  });

  it("that are too large are refused with 413, whether they say so or not", async () => {
    const large = configMap("large", { annotations: { a: "x".repeat(3 << 20) } });
    expect((await post(configMaps, large)).body).toMatchObject({ code: 413, reason: "RequestEntityTooLarge" });
    const chunked = await post(configMaps, JSON.stringify(large), { "transfer-encoding": "chunked" }).catch(
      (error: unknown) => error,
    );
    expect(chunked).toSatisfy((reply) => reply instanceof Error || (reply as { status: number }).status === 413);
    expect((await cluster.admin("/readyz")).status).toBe(200);
  });

  it("for what is not served are answered as a real server answers them", async () => {
    const notFound = { status: 404, text: "404 page not found\n" };
    for (const path of [
      "/apis/nope.example/v1/things",
      "/api/v1/things",
      "/api/v1/namespaces/default/pods/web/exec",
      "/api/v1/namespaces/default/nodes",
      "/nope",
      "/openapi/v2",
    ]) {
      expect(await cluster.admin(path), path).toMatchObject(notFound);
    }
    const notAllowed = { code: 405, reason: "MethodNotAllowed" };
    expect((await post("/api/v1/pods", {})).body).toMatchObject(notAllowed);
    expect((await cluster.admin("/api/v1/namespaces", { method: "DELETE" })).body).toMatchObject(notAllowed);
    expect((await cluster.admin("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")).body).toMatchObject(
      notAllowed,
    );
  });

  it("with options that make no sense are refused with 422", async () => {
    expect((await post(`${configMaps}?dryRun=Some`, configMap("x"))).body).toMatchObject({
      message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "Some": supported values: "All"',
      code: 422,
    });
    expect((await cluster.admin(`${configMaps}/json?propagationPolicy=Now`, { method: "DELETE" })).status).toBe(422);
    expect((await post(`${configMaps}?fieldValidation=Maybe`, configMap("x"))).status).toBe(422);
  });

  it("that write are answered only after what they wrote is kept; readers need not wait", async () => {
    const before = flushes;
    await post(configMaps, configMap("kept"));
    expect(flushes).toBe(before + 1);
    await cluster.admin(`${configMaps}/kept`);
    expect(flushes).toBe(before + 1);
  });

  it("are warned about in ASCII, whatever the unknown field is called", async () => {
    const reply = await post(`${configMaps}?dryRun=All`, { ...configMap("warned"), größe: 1 });
    expect(reply.status).toBe(201);
    expect(reply.headers["warning"]).toBe('299 - "unknown field \\"gr\\u00f6\\u00dfe\\""');
  });

  it("keep their user when a TLS session is resumed", async () => {
    const { certificate, privateKey } = cluster.pki.issueClientCertificate({
      user: "again",
      groups: ["system:masters"],
    });
    const credentials = {
      host: "127.0.0.1",
      port: cluster.api.port,
      ca: cluster.pki.authorityCertificate,
      cert: certificate,
      key: privateKey,
    };
    const ask = async (session?: Buffer) => {
      const socket = connect({ ...credentials, ...(session === undefined ? {} : { session }) });
      let ticket: Buffer | undefined;
      socket.on("session", (given: Buffer) => (ticket = given));
      await new Promise((resolve) => socket.once("secureConnect", resolve));
      socket.write("GET /api/v1/nodes HTTP/1.1\r\nHost: x\r\n\r\n");
      const [head] = (await new Promise<Buffer>((resolve) => socket.once("data", resolve))).toString().split("\r\n");
      const reply = { head, isResumed: socket.isSessionReused(), ticket };
      socket.destroy();
      return reply;
    };
    const first = await ask();
    expect(await ask(first.ticket)).toMatchObject({ head: "HTTP/1.1 200 OK", isResumed: true });
  });

  it("name the client's program as the field manager", async () => {
    const reply = await post(configMaps, configMap("managed"), { "user-agent": "some-tool/v1.2 (linux)" });
    expect(reply.body).toMatchObject({ metadata: { managedFields: [{ manager: "some-tool" }] } });
  });

  it("for a state from the future have to wait, for a past one it is too late", async () => {
    expect((await cluster.admin(`${configMaps}?resourceVersion=999999`)).body).toMatchObject({
      code: 504,
      reason: "Timeout",
    });
    expect((await cluster.admin(`${configMaps}?resourceVersion=1&resourceVersionMatch=Exact`)).body).toMatchObject({
      code: 410,
      reason: "Expired",
    });
    expect((await cluster.admin(`${configMaps}?resourceVersion=1&resourceVersionMatch=NotOlderThan`)).status).toBe(200);
  });
});

describe("health", () => {
  it("is that of the node, too, where readiness is asked", async () => {
    expect((await cluster.admin("/readyz?verbose")).text).toBe("[+]ping ok\n[+]node ok\nreadyz check passed\n");
    isNodeReady = false;
    expect(await cluster.admin("/readyz")).toMatchObject({
      status: 500,
      text: "[+]ping ok\n[-]node failed: reason withheld\nreadyz check failed\n",
    });
    expect((await cluster.admin("/readyz?exclude=node")).text).toBe("ok");
    expect((await cluster.admin("/readyz/ping")).text).toBe("ok");
    expect((await cluster.admin("/livez")).text).toBe("ok");
    isNodeReady = true;
  });
});

describe("logs", () => {
  it("are streamed as they come and end when the reader goes", async () => {
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    let options: PodLogOptions | undefined;
    logs = async function* (given) {
      options = given;
      yield Buffer.from('"one"\n');
      await new Promise((resolve) => given.signal.addEventListener("abort", resolve, { once: true }));
      ended();
    };
    const { response, lines } = await cluster.admin.stream(
      "/api/v1/namespaces/default/pods/web/log?follow=true&tailLines=5&sinceSeconds=9",
    );
    expect((await lines.next()).value).toBe("one");
    expect(options).toMatchObject({
      container: "c",
      follow: true,
      tailLines: 5,
      sinceSeconds: 9,
      previous: false,
      timestamps: false,
    });
    response.destroy();
    await end;
  });

  it("that cannot be had are an answer, not a broken stream", async () => {
    logs = async function* () {
      await Promise.resolve();
      throw new ApiError(400, "BadRequest", 'container "c" in pod "web" is waiting to start');
    };
    expect((await cluster.admin("/api/v1/namespaces/default/pods/web/log")).body).toMatchObject({
      code: 400,
      message: expect.stringContaining("waiting to start"),
    });
    expect((await cluster.admin("/api/v1/namespaces/default/pods/web/log?container=x")).body).toMatchObject({
      message: "container x is not valid for pod web",
    });
  });
});

describe("metrics.k8s.io", () => {
  it("serves what the node measured, with the pods' labels", async () => {
    const path = "/apis/metrics.k8s.io/v1beta1";
    expect((await cluster.admin(`${path}/nodes/n1`)).body).toEqual({
      kind: "NodeMetrics",
      apiVersion: "metrics.k8s.io/v1beta1",
      metadata: { name: "n1" },
      timestamp: "2026-11-23T00:00:00Z",
      window: "15.000s",
      usage: { cpu: "250000000n", memory: "524288Ki" },
    });
    const labelled = await cluster.admin(`${path}/namespaces/default/pods?labelSelector=app%3Dweb`);
    expect(labelled.body).toMatchObject({
      kind: "PodMetricsList",
      items: [{ metadata: { name: "web", labels: { app: "web" } } }],
    });
    expect((await cluster.admin(`${path}/pods`)).body).toMatchObject({ items: { length: 2 } });
    expect((await cluster.admin(`${path}/namespaces/default/pods/none`)).status).toBe(404);
  });
});

describe("eviction", () => {
  it("spends the disruption budget, then is refused with 429", async () => {
    const pods = "/api/v1/namespaces/default/pods";
    for (const name of ["a", "b"]) {
      await post(pods, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, labels: { app: "db" } },
        spec: { containers: [{ name: "c", image: "i" }] },
      });
      const status = { status: { conditions: [{ type: "Ready", status: "True" }] } };
      await cluster.admin(`${pods}/${name}/status`, {
        method: "PATCH",
        body: status,
        headers: { "content-type": "application/merge-patch+json" },
      });
    }
    const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    await post(budgets, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "db" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "db" } } },
    });
    await cluster.admin(`${budgets}/db/status`, {
      method: "PATCH",
      body: { status: { disruptionsAllowed: 1 } },
      headers: { "content-type": "application/merge-patch+json" },
    });
    const evict = (name: string) =>
      post(`${pods}/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
    expect((await evict("a")).body).toMatchObject({ status: "Success", code: 201 });
    expect((await evict("b")).body).toMatchObject({ code: 429, reason: "TooManyRequests" });
    expect((await cluster.admin(`${pods}/b`)).status).toBe(200);
  });
});

describe("watches", () => {
  it("tell where the present objects end", async () => {
    const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const { response, lines } = await cluster.admin.stream(`/api/v1/namespaces?${query}`);
    const types: string[] = [];
    for await (const line of lines) {
      const event = line as { type: string; object: { metadata: { annotations?: object } } };
      types.push(event.type);
      if (event.type !== "BOOKMARK") continue;
      expect(event.object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
      break;
    }
    response.destroy();
    expect(types).toEqual([...Array.from({ length: types.length - 1 }, () => "ADDED"), "BOOKMARK"]);
    expect(types.length).toBeGreaterThan(4);
  });

  it("name a table's columns once", async () => {
    const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
    const { response, lines } = await cluster.admin.stream("/api/v1/namespaces?watch=true", { headers });
    const first = (await lines.next()).value as { object: { columnDefinitions: unknown[]; rows: unknown[] } };
    const second = (await lines.next()).value as typeof first;
    expect([first.object.columnDefinitions.length, second.object.columnDefinitions.length]).toEqual([3, 0]);
    expect([first.object.rows.length, second.object.rows.length]).toEqual([1, 1]);
    response.destroy();
  });

  it("cut off a reader that does not read, and only that one", async () => {
    const { url, port } = cluster.api;
    const pair = cluster.pki.issueClientCertificate({ user: "slow", groups: ["system:masters"] });
    const slow = connect({
      host: "127.0.0.1",
      port,
      ca: cluster.pki.authorityCertificate,
      cert: pair.certificate,
      key: pair.privateKey,
    });
    const closed = new Promise<void>((resolve) => slow.once("close", () => resolve()).once("error", () => undefined));
    await new Promise((resolve) => slow.once("secureConnect", resolve));
    slow.write(`GET ${configMaps}?watch=true HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`);
    await new Promise((resolve) => slow.once("readable", resolve));
    const { response, lines } = await cluster.admin.stream(
      `${configMaps}?watch=true&fieldSelector=metadata.name%3Dlast`,
    );
    const type = cluster.store.findType("", "v1", "configmaps")!;
    const data = { k: "x".repeat(500_000) };
    const key = { type, namespace: "default", name: "json" };
    // More than the server keeps and the kernel's buffers together, and in separate turns, as real changes come.
    for (let n = 0; n < 60; n += 1) {
      cluster.store.update(key, { ...configMap("json"), data: { ...data, n: String(n) } });
      await new Promise(setImmediate);
    }
    slow.resume();
    await closed;
    await post(configMaps, configMap("last"));
    expect((await lines.next()).value).toMatchObject({ type: "ADDED", object: { metadata: { name: "last" } } });
    response.destroy();
  });

  it("end when the server closes", async () => {
    const other = await startTestCluster();
    const { lines } = await other.admin.stream("/api/v1/pods?watch=true");
    const next = lines.next();
    await other.close();
    expect(await next.catch(() => ({ done: true }))).toMatchObject({ done: true });
  });
});
