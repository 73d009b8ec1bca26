import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectKubeconfig } from "../../packages/holdfast/src/adapters/kubernetes/index.ts";
import { realClock } from "../../packages/holdfast/src/adapters/system/index.ts";
import { renderSite } from "../../packages/holdfast/src/core/render/kubernetes/index.ts";
import { parseFleet } from "../../packages/holdfast/src/core/spec/index.ts";
import { describeCluster } from "../../packages/holdfast/src/ports/cluster.conformance.ts";
import type { ClusterUnderTest } from "../../packages/holdfast/src/ports/cluster.conformance.ts";
import { applyManifests } from "../../packages/holdfast/src/ports/index.ts";
import { openPki, renderKubeconfig, startApiServer } from "../../packages/pocket-cluster/src/api/index.ts";
import type { ApiServer } from "../../packages/pocket-cluster/src/api/index.ts";
import { createStore } from "../../packages/pocket-cluster/src/store/index.ts";

/** A pocket cluster's API server in this process, over TLS with a client certificate; without controllers or a node. */
class ApiUnderTest implements ClusterUnderTest {
  readonly cluster: Awaited<ReturnType<typeof connectKubeconfig>>;
  readonly stop: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly close: () => Promise<void>;

  static async open(): Promise<ApiUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-conformance-"));
    const address = "127.0.0.1";
    const pki = openPki({ directory: join(folder, "pki"), clusterName: "test", serverNames: [address], now: Date.now });
    const store = createStore({ now: Date.now, random: Math.random });
    const start = (port: number): Promise<ApiServer> => startApiServer({ store, pki, addresses: [address], port });
    let server = await start(0);
    const kubeconfig = renderKubeconfig({
      cluster: "test",
      user: "admin",
      server: server.url,
      authorityCertificate: pki.authorityCertificate,
      credential: { certificate: pki.issueClientCertificate({ user: "admin", groups: ["system:masters"] }) },
    });
    const cluster = await connectKubeconfig(kubeconfig);
    const { port } = server;
    const stop = (): Promise<void> => server.close();
    const resume = async (): Promise<void> => {
      server = await start(port);
    };
    const close = async (): Promise<void> => {
      cluster.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return new ApiUnderTest(cluster, stop, resume, close);
  }

  private constructor(
    cluster: ApiUnderTest["cluster"],
    stop: () => Promise<void>,
    resume: () => Promise<void>,
    close: () => Promise<void>,
  ) {
    this.cluster = cluster;
    this.stop = stop;
    this.resume = resume;
    this.close = close;
  }
}

describeCluster("the official client on a pocket cluster", () => ApiUnderTest.open());

describe("a follower of a server that goes away", () => {
  it("hears of the trouble, comes back by itself, and then knows what changed", async () => {
    const api = await ApiUnderTest.open();
    const stop = new AbortController();
    const heard: string[] = [];
    const waiting: (() => void)[] = [];
    const hear = (text: string): void => {
      heard.push(text);
      for (const check of waiting.splice(0)) check();
    };
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text)) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    const query = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", labelSelector: "test=yes" };
    const map = (name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels: { test: "yes" } },
    });
    const following = api.cluster.follow(
      query,
      (objects) =>
        hear(
          objects
            .map(({ metadata }) => metadata.name)
            .sort()
            .join(" "),
        ),
      stop.signal,
      (error) => hear(error.code),
    );
    await until("");
    await api.cluster.apply(map("a"));
    await until("a");
    await api.stop();
    await until("unreachable");
    await api.resume();
    await api.cluster.apply(map("b"));
    await until("a b");
    stop.abort();
    await following;
    await api.close();
  });
});

it("applies a whole site's manifests", async () => {
  const api = await ApiUnderTest.open();
  const file = new URL("../../examples/ratings/holdfast.yaml", import.meta.url).pathname;
  const fleet = parseFleet(readFileSync(file, "utf8"), file);
  if (!fleet.ok) throw new Error("the example does not parse");
  const site = fleet.value.sites[0]!.name;
  // Nothing runs pods here, so only what is ready once it is there.
  const manifests = renderSite(fleet.value, site);
  const still = manifests.filter(
    (each) => !["Deployment", "StatefulSet"].includes(each.kind) && each.kind !== "Service",
  );
  const summary = await applyManifests(api.cluster, still, { clock: realClock, timeoutMs: 20_000 });
  expect(summary.applied).toBe(still.length);
  for (const manifest of manifests) await api.cluster.apply(manifest);
  // Every object is as it was asked for: a second time changes nothing.
  for (const manifest of manifests) {
    const before = await api.cluster.get({
      apiVersion: manifest.apiVersion,
      kind: manifest.kind,
      ...manifest.metadata,
    });
    const after = await api.cluster.apply(manifest);
    expect(after.metadata.resourceVersion, `${manifest.kind} ${manifest.metadata.name}`).toBe(
      before?.metadata.resourceVersion,
    );
  }
  await api.close();
});
