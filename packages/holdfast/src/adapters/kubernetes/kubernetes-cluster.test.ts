import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ClusterError, KubernetesObject } from "../../ports/index.ts";
import { connectInCluster, connectKubeconfig } from "./index.ts";
import type { KubernetesCluster } from "./index.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

const CORE = {
  kind: "APIResourceList",
  groupVersion: "v1",
  resources: [
    { name: "configmaps", kind: "ConfigMap", namespaced: true },
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "pods/status", kind: "Pod", namespaced: true },
  ],
};
const query = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop" };
const map = (name: string, resourceVersion: string) => ({ metadata: { name, namespace: "shop", resourceVersion } });
const list = (resourceVersion: string, ...items: object[]) => ({
  kind: "ConfigMapList",
  metadata: { resourceVersion },
  items,
});

/** An API server whose answers a test writes: for what a well-behaved server never does. */
class ScriptedServer {
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #cluster: Promise<KubernetesCluster>;

  static async start(handle: Handler): Promise<ScriptedServer> {
    const server = new ScriptedServer(handle);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private constructor(handle: Handler) {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      this.requests.push(`${request.method ?? ""} ${url.pathname}`);
      if (url.pathname === "/api/v1") answer(response, CORE);
      else if (url.pathname.startsWith("/apis/")) answer(response, status(404, "not found"), 404);
      else handle(request, response, url);
    });
    this.#cluster = new Promise((resolve) => {
      this.#server.once("listening", () => resolve(connectKubeconfig(kubeconfig(this.port))));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get cluster(): Promise<KubernetesCluster> {
    return this.#cluster;
  }

  async close(): Promise<void> {
    (await this.#cluster).close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function kubeconfig(port: number): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "hush-hush" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  });
}

function answer(response: ServerResponse, body: unknown, code = 200): void {
  response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
const status = (code: number, message: string) => ({ kind: "Status", status: "Failure", message, code });
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

/** What a follower was told, as text; a test waits for it. */
class Sightings {
  readonly all: string[] = [];
  #waiting: (() => void)[] = [];
  readonly onChange = (objects: readonly KubernetesObject[]): void =>
    this.#add(
      objects
        .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ""}`)
        .sort()
        .join(" "),
    );
  readonly onTrouble = (error: ClusterError): void => this.#add(`${error.code}: ${error.message}`);
  #add(text: string): void {
    this.all.push(text);
    for (const check of this.#waiting.splice(0)) check();
  }
  async until(wanted: string | RegExp): Promise<void> {
    const matches = (text: string) => (typeof wanted === "string" ? text === wanted : wanted.test(text));
    while (!this.all.some(matches)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

let server: ScriptedServer | undefined;
const stops: AbortController[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await server?.close();
  server = undefined;
});

async function serve(handle: Handler): Promise<KubernetesCluster> {
  server = await ScriptedServer.start(handle);
  return server.cluster;
}

function followed(cluster: KubernetesCluster): Sightings {
  const seen = new Sightings();
  const stop = new AbortController();
  stops.push(stop);
  void cluster.follow(query, seen.onChange, stop.signal, seen.onTrouble);
  return seen;
}

describe("following", () => {
  it("watches from the list's version, and goes on from the last one after the connection broke", async () => {
    const from: string[] = [];
    const cluster = await serve((_, response, url) => {
      if (!url.searchParams.has("watch")) {
        answer(response, list("10", map("a", "7")));
        return;
      }
      from.push(url.searchParams.get("resourceVersion") ?? "");
      response.writeHead(200);
      if (from.length > 1) response.write(event("ADDED", map("b", "13")));
      // An event in two pieces, one that only says how far it is, and then the line is cut.
      else {
        const text = event("MODIFIED", map("a", "11")) + event("BOOKMARK", { metadata: { resourceVersion: "12" } });
        response.write(text.slice(0, 30), () =>
          response.write(text.slice(30), () => setImmediate(() => response.destroy())),
        );
      }
    });
    const seen = followed(cluster);
    await seen.until("a@11 b@13");
    expect(seen.all).toEqual(["a@7", "a@11", "a@11 b@13"]);
    expect(from).toEqual(["10", "12"]);
  });

  it.each(["in the answer", "as an event"])(
    "lists again when the server no longer knows the version (410 %s)",
    async (where) => {
      let lists = 0;
      let watches = 0;
      const cluster = await serve((_, response, url) => {
        if (!url.searchParams.has("watch"))
          answer(response, ++lists === 1 ? list("10", map("a", "7"), map("gone", "8")) : list("50", map("a", "40")));
        else if (++watches > 1) response.writeHead(200).flushHeaders();
        else if (where === "in the answer") answer(response, status(410, "too old resource version"), 410);
        else response.writeHead(200).end(event("ERROR", status(410, "too old resource version")));
      });
      const seen = followed(cluster);
      await seen.until("a@40");
      expect(lists).toBe(2);
    },
  );

  it("asks a server that refuses again and again only with growing pauses, and says why", async () => {
    let refusals = 0;
    const cluster = await serve((_, response) => {
      if (++refusals < 4) answer(response, status(403, "configmaps is forbidden"), 403);
      else answer(response, list("10"));
    });
    const seen = followed(cluster);
    const began = performance.now();
    await seen.until("");
    expect(seen.all.slice(0, 3)).toEqual(Array(3).fill("refused: list ConfigMaps: configmaps is forbidden"));
    // At least half of 0.2 s, 0.4 s and 0.8 s.
    expect(performance.now() - began).toBeGreaterThan(650);
  });

  it("puts the pages of a long list together, and begins again when the next page has expired", async () => {
    let expired = false;
    const cluster = await serve((_, response, url) => {
      const next = url.searchParams.get("continue");
      if (next === null)
        answer(response, { ...list("10", map("a", "1")), metadata: { resourceVersion: "10", continue: "page-2" } });
      else if (expired) answer(response, list("10", map("b", "2")));
      else {
        expired = true;
        answer(response, status(410, "the provided continue parameter is too old"), 410);
      }
    });
    expect((await cluster.list(query)).map(({ metadata, kind }) => `${kind} ${metadata.name}`)).toEqual([
      "ConfigMap a",
      "ConfigMap b",
    ]);
  });
});

describe("asking", () => {
  it("asks for discovery once, and again for a kind that may be new", async () => {
    const cluster = await serve((_, response) => answer(response, list("1")));
    await Promise.all([cluster.list(query), cluster.list(query), cluster.list({ ...query, kind: "Pod" })]);
    await expect(cluster.list({ apiVersion: "v1", kind: "Gadget" })).rejects.toMatchObject({ code: "unknown-kind" });
    expect(server?.requests.filter((request) => request === "GET /api/v1")).toHaveLength(2);
  });

  it("tries again on a new connection when the server closed the kept one", async () => {
    let asked = 0;
    const cluster = await serve((request, response) => {
      if (++asked === 2) request.socket.resetAndDestroy();
      else answer(response, list("1"));
    });
    await cluster.list(query);
    await cluster.list(query);
    expect(asked).toBe(3);
  });

  it.each([
    [401, "refused"],
    [403, "refused"],
    [404, "not-found"],
    [409, "conflict"],
    [422, "invalid"],
    [429, "unreachable"],
    [500, "unreachable"],
    [503, "unreachable"],
    [504, "timeout"],
  ])("answers %i as %s, in the server's own words", async (code, expected) => {
    const cluster = await serve((_, response) => answer(response, status(code, "because"), code));
    const error = await cluster
      .create({ ...map("a", ""), apiVersion: "v1", kind: "ConfigMap" })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: expected, message: "create ConfigMap shop/a: because" });
  });

  it("gives a proxy's page no room in the message", async () => {
    const cluster = await serve((_, response) => response.writeHead(502).end("<html>a long page</html>"));
    await expect(cluster.list(query)).rejects.toThrow("list ConfigMaps: the server answered 502");
  });

  it("says that nobody answers, without the token", async () => {
    const cluster = await serve(() => undefined);
    const { port } = server!;
    await server?.close();
    server = undefined;
    const error = (await (
      await connectKubeconfig(kubeconfig(port))
    )
      .list(query)
      .catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: "unreachable", message: "ask what v1 has: ECONNREFUSED" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hush");
    cluster.close();
  });

  it("does not wait longer than its signal allows, not even for discovery", async () => {
    server = await ScriptedServer.start(() => undefined);
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const cluster = await connectKubeconfig(kubeconfig((silent.address() as AddressInfo).port));
    const stop = new AbortController();
    const asked = cluster.list(query, stop.signal);
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(asked).rejects.toBe(reason);
    cluster.close();
    silent.closeAllConnections();
    silent.close();
  });
});

describe("logging in", () => {
  it("reads a service account's token below the container's root, and again when it was refused", async () => {
    const root = mkdtempSync(join(tmpdir(), "holdfast-account-"));
    const account = join(root, "var/run/secrets/kubernetes.io/serviceaccount");
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, "token"), "first");
    writeFileSync(join(account, "namespace"), "shop");
    // The official client wants an authority for https; the scripted server speaks plain http on a port that it takes for that.
    const tokens: string[] = [];
    const cluster = await serve((request, response) => {
      tokens.push(request.headers.authorization ?? "");
      if (tokens.length === 1) answer(response, list("1"));
      else if (request.headers.authorization === "Bearer first") {
        writeFileSync(join(account, "token"), "second");
        answer(response, status(401, "Unauthorized"), 401);
      } else answer(response, list("1"));
    });
    cluster.close();
    const config = JSON.parse(kubeconfig(server!.port)) as { users: object[] };
    config.users = [
      { name: "u", user: { "auth-provider": { name: "tokenFile", config: { tokenFile: join(account, "token") } } } },
    ];
    const inPod = await connectKubeconfig(JSON.stringify(config));
    await inPod.list(query);
    await inPod.list(query);
    expect(tokens).toEqual(["Bearer first", "Bearer first", "Bearer second"]);
    inPod.close();
    rmSync(root, { recursive: true });
  });

  it("says so when there is no kubeconfig, without quoting it", async () => {
    await expect(connectKubeconfig("/nowhere/kubeconfig")).rejects.toThrow("cannot read /nowhere/kubeconfig: ENOENT");
    await expect(connectKubeconfig("{ users: [{ token: hush-hush }\n")).rejects.toThrow(
      /^cannot read the kubeconfig: it is not a kubeconfig$/,
    );
    await expect(connectKubeconfig('{"clusters": [], "users": [], "contexts": []}')).rejects.toThrow(
      "names no cluster",
    );
  });

  it("takes the pod's own API server from its environment, and says what is missing", async () => {
    const before = { ...process.env };
    process.env["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
    process.env["KUBERNETES_SERVICE_PORT"] = "6443";
    try {
      const cluster = connectInCluster("/nowhere");
      await expect(cluster.list(query)).rejects.toMatchObject({
        code: "refused",
        message: "ask what v1 has: cannot log in: ENOENT",
      });
      cluster.close();
    } finally {
      process.env = before;
    }
  });
});
