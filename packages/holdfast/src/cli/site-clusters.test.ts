import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findClusters } from "./site-clusters.ts";

const example = new URL("../../../../examples/ratings/holdfast.yaml", import.meta.url).pathname;
let folder = "";
let lab: Server | undefined;
let environment: Record<string, string> = {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-clusters-"));
  mkdirSync(join(folder, "lab"));
  environment = { HOLDFAST_LAB_DIR: folder, KUBECONFIG: join(folder, "kubeconfig") };
});
afterEach(() => {
  lab?.close();
  lab = undefined;
  rmSync(folder, { recursive: true });
});

/** Its kubeconfigs lead to port 1, where nobody listens. */
function kubeconfig(name: string, context: string): string {
  const path = join(folder, name);
  const cluster = { server: "http://127.0.0.1:1", "insecure-skip-tls-verify": true };
  const config = {
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user: {} }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function runLab(fleet: string): Promise<void> {
  const sites = ["seattle", "portland", "boise"].map((name) => ({ name, kubeconfig: kubeconfig(`${name}.lab`, name) }));
  const status = { fleet, file: example, supervisor: process.pid, sites };
  const server = createServer((_, response) => response.end(JSON.stringify(status)));
  lab = server;
  await new Promise<void>((listening) => server.listen(join(folder, "lab/control.sock"), listening));
}

/** How each place is reached, as far as it is. */
async function reached(file: string | undefined, contexts = {}): Promise<string> {
  const { places } = await findClusters(file, contexts, undefined, environment);
  const tried = places.map(async ({ name, connect }) => {
    try {
      await (await connect()).get({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "none" });
      return `${name}: reached`;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  });
  return (await Promise.all(tried)).join("\n");
}

const refused = "ask what v1 has: ECONNREFUSED";

it("takes the lab's clusters and, without a file here, its file", async () => {
  await runLab("ratings");
  expect(await reached(example)).toBe(`seattle: ${refused}\nportland: ${refused}\nboise: ${refused}`);
  const { fleet } = await findClusters(undefined, {}, undefined, environment);
  expect(fleet.name).toBe("ratings");
});

it("takes contexts that are named like the sites where no lab runs this fleet, and those that are named", async () => {
  await runLab("another");
  environment["KUBECONFIG"] = [kubeconfig("a", "seattle"), kubeconfig("b", "east"), join(folder, "missing")].join(":");
  expect(await reached(example)).toBe(
    [
      `seattle: ${refused}`,
      "portland: your kubeconfig has no context portland",
      "boise: your kubeconfig has no context boise",
    ].join("\n"),
  );
  expect(await reached(example, { portland: "east", boise: "west" })).toBe(
    [`seattle: ${refused}`, `portland: ${refused}`, "boise: your kubeconfig has no context west"].join("\n"),
  );
});

it("says what is missing when no cluster is known", async () => {
  await expect(reached(example)).rejects.toThrow("clusters-unknown: no lab runs ratings, and no context");
  await expect(reached(undefined)).rejects.toThrow("file-unreadable: cannot read holdfast.yaml");
  await expect(reached(example, { tacoma: "east" })).rejects.toThrow('site-unknown: the fleet has no site "tacoma"');
});

it("lets the first of several files say what a context is, as kubectl does", async () => {
  const [first, second] = [kubeconfig("a", "seattle"), kubeconfig("b", "seattle")];
  writeFileSync(second, "{ not: [a kubeconfig");
  environment["KUBECONFIG"] = `${first}:${second}`;
  await expect(reached(example)).rejects.toThrow(`cannot read ${second}: it is not a kubeconfig`);
  environment["KUBECONFIG"] = `${first}:${kubeconfig("c", "seattle")}`;
  expect(await reached(example)).toContain(`seattle: ${refused}`);
});
