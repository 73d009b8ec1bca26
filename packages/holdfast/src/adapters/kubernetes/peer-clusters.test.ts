import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SiteName } from "../../core/spec/index.ts";
import type { Cluster, KubernetesObject } from "../../ports/index.ts";
import { connectKubeconfig, peerClusters } from "./index.ts";
import type { KubernetesCluster } from "./index.ts";

const SEATTLE = "seattle" as SiteName;
const PORTLAND = "portland" as SiteName;
const BOISE = "boise" as SiteName;
const namespace = "holdfast-system";
const register = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "holdfast-register-db" };
const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: register.name, namespace } };

/** A site's API server: it wants a token, may hang, and knows who is connected. */
class ApiServer {
  /** Name -> what stands under the key `kubeconfig`. */
  readonly secrets = new Map<string, string>();
  token = "first";
  hangs = false;
  /** Connections that the server has forgotten: a request on one is answered with a reset. */
  forgotten = new Set<Socket>();
  readonly connections = new Set<Socket>();
  readonly requests: string[] = [];
  readonly #server: Server;

  static async start(): Promise<ApiServer> {
    const server = new ApiServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.connections.add(socket);
      socket.on("close", () => this.connections.delete(socket));
    });
  }

  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: this.token } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      "current-context": "c",
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    if (this.forgotten.has(request.socket)) request.socket.resetAndDestroy();
    else if (this.hangs) return;
    else if (request.headers.authorization !== `Bearer ${this.token}`)
      send(response, 401, { kind: "Status", message: "Unauthorized", code: 401 });
    else if (request.url === "/api/v1")
      send(response, 200, {
        resources: [
          { name: "configmaps", kind: "ConfigMap", namespaced: true },
          { name: "secrets", kind: "Secret", namespaced: true },
        ],
      });
    else if (request.url?.includes("/secrets/") === true)
      this.#answerSecret(request.url.slice(request.url.lastIndexOf("/") + 1), response);
    else if (request.url?.includes("watch=1") === true) response.writeHead(200).flushHeaders();
    else if (request.url?.includes("?limit") === true)
      send(response, 200, { metadata: { resourceVersion: "7" }, items: [manifest] });
    else send(response, 200, manifest);
  }

  #answerSecret(name: string, response: ServerResponse): void {
    const kubeconfig = this.secrets.get(name);
    if (kubeconfig === undefined) send(response, 404, { kind: "Status", message: "not found", code: 404 });
    else send(response, 200, { metadata: { name }, data: { kubeconfig: Buffer.from(kubeconfig).toString("base64") } });
  }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

let seattle: ApiServer;
let own: KubernetesCluster;
let portland: ApiServer;
let boise: ApiServer;
let peers: ReturnType<typeof peerClusters>;
const stop = new AbortController();
const { signal } = stop;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  seattle = await ApiServer.start();
  own = await connectKubeconfig(seattle.kubeconfig);
  portland = await ApiServer.start();
  boise = await ApiServer.start();
  peers = peerClusters(own, SEATTLE);
});
afterEach(() => {
  peers.close();
  own.close();
  for (const server of [seattle, portland, boise]) server.close();
  vi.useRealTimers();
});

function giveLogin(voter: SiteName, kubeconfig: string): void {
  seattle.secrets.set(`holdfast-peer-${voter}`, kubeconfig);
}

async function connected(voter: SiteName): Promise<Cluster> {
  giveLogin(voter, (voter === PORTLAND ? portland : boise).kubeconfig);
  return peers.connect(voter, signal);
}

describe("the voters' clusters", () => {
  it("are the own one for the own site", async () => {
    expect(await peers.connect(SEATTLE, signal)).toBe(own);
  });

  it("refuse where there is no login yet, and look for one no more than once a second", async () => {
    const reads = () => seattle.requests.filter((request) => request.includes("/secrets/")).length;
    const refusal = {
      code: "refused",
      message: `Secret ${namespace}/holdfast-peer-portland: there is no such login yet`,
    };
    for (let times = 0; times < 5; times++)
      await expect(peers.connect(PORTLAND, signal)).rejects.toMatchObject(refusal);
    expect(reads()).toBe(1);
    giveLogin(PORTLAND, portland.kubeconfig);
    vi.advanceTimersByTime(1000);
    const cluster = await peers.connect(PORTLAND, signal);
    expect((await cluster.get(register))?.metadata.name).toBe(register.name);
    expect(await peers.connect(PORTLAND, signal)).toBe(cluster);
    expect(reads()).toBe(2);
  });

  it("refuse what is no kubeconfig without quoting it", async () => {
    giveLogin(PORTLAND, "{ token: hush-hush");
    await expect(peers.connect(PORTLAND, signal)).rejects.toMatchObject({
      code: "refused",
      message: `Secret ${namespace}/holdfast-peer-portland: cannot read the kubeconfig: it is not a kubeconfig`,
    });
  });

  it("say that the own one does not answer when that is why", async () => {
    seattle.close();
    await expect(peers.connect(PORTLAND, signal)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("go on with a new login after the old one was refused, followers too", async () => {
    const cluster = await connected(PORTLAND);
    const seen: number[] = [];
    const troubles: string[] = [];
    const until = new AbortController();
    const query = { apiVersion: "v1", kind: "ConfigMap", namespace };
    const onChange = (objects: readonly KubernetesObject[]) => seen.push(objects.length);
    const following = cluster.follow(query, onChange, until.signal, ({ code }) => troubles.push(code));
    await vi.waitFor(() => expect(seen).toEqual([1]));

    portland.token = "second";
    await expect(cluster.get(register)).rejects.toMatchObject({ code: "refused" });
    giveLogin(PORTLAND, portland.kubeconfig);
    vi.advanceTimersByTime(1000);
    expect(await peers.connect(PORTLAND, signal)).toBe(cluster);
    await vi.waitFor(() => cluster.get(register));
    await vi.waitFor(() => expect(seen).toEqual([1, 1]));

    portland.token = "third";
    giveLogin(PORTLAND, portland.kubeconfig);
    vi.advanceTimersByTime(1000);
    for (const socket of portland.connections) socket.destroy();
    // Nobody but the follower asks for it.
    await vi.waitFor(() => expect(seen).toEqual([1, 1, 1]), { timeout: 5000 });
    expect(troubles).toContain("refused");
    until.abort();
    await following;
  });

  it("are not delayed by one that hangs, and an aborted request lets its connection go", async () => {
    portland.hangs = true;
    const hung = await connected(PORTLAND);
    const other = await connected(BOISE);
    const give = new AbortController();
    const asking = ["get", "again"].map(() => hung.get(register, give.signal));
    await vi.waitFor(() => expect(portland.requests).toEqual(["GET /api/v1"]));
    await other.get(register);
    give.abort(new Error("enough"));
    for (const asked of asking) await expect(asked).rejects.toThrow("enough");
    await vi.waitFor(() => expect(portland.connections.size).toBe(0));

    portland.hangs = false;
    await hung.get(register);
    portland.hangs = true;
    const late = hung.get(register, AbortSignal.timeout(50));
    await expect(late).rejects.toThrow();
    await vi.waitFor(() => expect(portland.connections.size).toBe(0));
  });

  it.each(["create", "replace"] as const)(
    "lose at most one request to connections that a restarted server forgot (%s)",
    async (verb) => {
      const cluster = await connected(PORTLAND);
      await cluster.get(register);
      await Promise.all([1, 2, 3, 4].map(() => cluster.get(register)));
      expect(portland.connections.size).toBeGreaterThan(2);
      portland.forgotten = new Set(portland.connections);
      // A create is not sent twice, for it could be two; the caller hears of it, once.
      if (verb === "create") await expect(cluster.create(manifest)).rejects.toMatchObject({ code: "unreachable" });
      await cluster[verb](manifest);
      expect(portland.requests.filter((request) => /POST|PUT/.test(request))).toHaveLength(2);
    },
  );
});
