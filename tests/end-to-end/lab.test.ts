import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countVotes, LoadClient } from "../../packages/holdfast/benches/load-client.ts";
import { LabSession } from "../../packages/holdfast/benches/lab-session.ts";
import { connectKubeconfig, peerClusters } from "../../packages/holdfast/src/adapters/kubernetes/index.ts";
import type { SiteName } from "../../packages/holdfast/src/core/spec/index.ts";
import { processesBelow } from "../../packages/pocket-cluster/src/index.ts";

/** The longest outage that a test tolerates; what really happens is measured by `npm run bench -- lab`. */
const OUTAGE_LIMIT_MS = 5000;

describe("the ratings application on two sites and a witness", () => {
  let lab: LabSession;

  beforeAll(async () => {
    lab = await LabSession.create({ port: 18_080 });
    await lab.up();
  });
  afterAll(() => lab.dispose());

  const load = (): Promise<LoadClient> => LoadClient.start(lab.url, { readsPerSecond: 20, ratingsPerSecond: 20 });

  it("serves the page and the API under one name, from the preferred site (R1, R8, R14, R74, R106)", async () => {
    const page = await fetch(lab.url);
    expect([page.status, page.headers.get("x-served-by-site")]).toEqual([200, "seattle"]);
    const status = await lab.untilWhole();
    expect(status.answeredBy).toEqual(["seattle"]);
    expect(status.stores).toMatchObject([{ name: "ratings-db", primary: "seattle", durability: "replicated" }]);
  });

  it("shows an acknowledged rating at both sites (R74, R82)", async () => {
    const before = await countVotes(lab.url);
    const client = await LoadClient.start(lab.url, { readsPerSecond: 0, ratingsPerSecond: 50 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { acknowledged, unknown } = await client.stop();
    expect(unknown).toBe(0);
    expect(acknowledged).toBeGreaterThan(10);
    const { sites, host } = await lab.status();
    for (const { ingress } of sites) {
      if (ingress === undefined) continue;
      await expect.poll(() => countVotes(`http://${ingress}`, host)).toBe(before + acknowledged);
    }
    expect(await countVotes(lab.url)).toBe(before + acknowledged);
  });

  it("loses no read and few ratings when the standby's site is lost (R18, R102)", async () => {
    await lab.untilWhole();
    const before = await countVotes(lab.url);
    const client = await load();
    await lab.order("kill", "portland");
    await lab.until(({ stores }) => stores[0]?.durability === "local-only");
    const report = await client.stop();
    expect(report.reads).toMatchObject({ failed: 0 });
    expect(report.ratings.longestOutageMs).toBeLessThan(OUTAGE_LIMIT_MS);
    const after = await countVotes(lab.url);
    expect(after).toBeGreaterThanOrEqual(before + report.acknowledged);
    expect(after).toBeLessThanOrEqual(before + report.acknowledged + report.unknown);
    await lab.order("start", "portland");
    await lab.untilWhole();
  });

  it("goes on reading and rating at the other site when the primary's is lost, and misses nothing (R18, R31, R33, R84)", async () => {
    await lab.untilWhole();
    const before = await countVotes(lab.url);
    const client = await load();
    await lab.order("kill", "seattle");
    const moved = await lab.until(
      ({ answeredBy, stores }) => answeredBy[0] === "portland" && stores[0]?.primary === "portland",
    );
    expect(moved.stores[0]).toMatchObject({ durability: "local-only" });
    await lab.order("start", "seattle");
    const whole = await lab.untilWhole();
    // Nobody asked it to move back.
    expect(whole.stores[0]).toMatchObject({ primary: "portland" });
    await lab.until(({ answeredBy }) => answeredBy[0] === "seattle");
    const report = await client.stop();
    expect(report.reads.longestOutageMs).toBeLessThan(OUTAGE_LIMIT_MS);
    expect(report.ratings.longestOutageMs).toBeLessThan(OUTAGE_LIMIT_MS);
    const after = await countVotes(lab.url);
    expect(after).toBeGreaterThanOrEqual(before + report.acknowledged);
    expect(after).toBeLessThanOrEqual(before + report.acknowledged + report.unknown);
    await lab.run("switchover", "ratings-db", "--to", "seattle");
    await lab.untilWhole();
  });

  it("steers users away from a frozen site and back (R33, R105)", async () => {
    await lab.untilWhole();
    await lab.order("freeze", "seattle");
    await lab.until(({ answeredBy }) => answeredBy[0] === "portland");
    expect((await fetch(lab.url)).headers.get("x-served-by-site")).toBe("portland");
    await lab.order("thaw", "seattle");
    await lab.until(({ answeredBy }) => answeredBy[0] === "seattle");
    await lab.untilWhole();
  });

  it("goes on as local-only over a cut link and replicates again after the heal (R85)", async () => {
    await lab.untilWhole();
    await lab.order("cut", "seattle", "portland");
    const cut = await lab.until(({ stores }) => stores[0]?.durability === "local-only");
    expect(cut.links.find(({ between }) => between.includes("seattle") && between.includes("portland"))?.state).toBe(
      "cut",
    );
    expect((await fetch(lab.url)).status).toBe(200);
    await lab.order("heal", "portland", "seattle");
    await lab.untilWhole();
  });

  it("loses a site whose cluster dies as a whole, says so, and starts it again", async () => {
    const { sites } = await lab.untilWhole();
    const { folder } = sites.find(({ name }) => name === "portland")!;
    const cluster = (await processesBelow(folder)).find((entry) => entry.folder === folder)!;
    process.kill(cluster.pid, "SIGKILL");
    await lab.until((status) => status.sites.some(({ name, state }) => name === "portland" && state === "down"));
    await expect.poll(() => processesBelow(folder), { timeout: 10_000 }).toEqual([]);
    expect(
      (await lab.status()).events.some(({ text }) => text.startsWith("portland: its cluster ended by itself")),
    ).toBe(true);
    await lab.order("start", "portland");
    await lab.untilWhole();
  });

  it("lets one site at the registers of another, by the link alone, and at nothing else there (R64, R120, R123)", async () => {
    const { sites } = await lab.untilWhole();
    const own = await connectKubeconfig(sites.find(({ name }) => name === "seattle")?.kubeconfig ?? "");
    const peers = peerClusters(own, "seattle" as SiteName);
    try {
      const portland = await peers.connect("portland" as SiteName, AbortSignal.timeout(5000));
      const register = { apiVersion: "v1", kind: "ConfigMap", namespace: "holdfast-system" };
      const name = "holdfast-register-ratings-db";
      // There already, if the controllers were faster: then it was let in, too.
      await portland
        .create({ ...register, metadata: { name, namespace: register.namespace } })
        .catch((error: unknown) => expect(error).toMatchObject({ code: "conflict" }));
      expect((await portland.get({ ...register, name }))?.metadata.name).toBe(name);
      for (const [namespace, secret] of [
        ["holdfast-system", "holdfast-peer-seattle"],
        ["ratings", "ratings-db-system"],
      ] as const) {
        const reference = { apiVersion: "v1", kind: "Secret", namespace, name: secret };
        await expect(portland.get(reference)).rejects.toMatchObject({ code: "refused" });
      }
      await expect(portland.get({ ...register, name: "holdfast-config" })).rejects.toMatchObject({ code: "refused" });

      await lab.order("cut", "seattle", "portland");
      await expect(portland.get({ ...register, name }, AbortSignal.timeout(500))).rejects.toThrow("timeout");
      await lab.order("heal", "seattle", "portland");
      await portland.get({ ...register, name });
      await lab.order("kill", "portland");
      await lab.order("start", "portland");
      await expect.poll(() => portland.get({ ...register, name }), { timeout: 5000 }).toBeDefined();
    } finally {
      peers.close();
      own.close();
    }
    await lab.untilWhole();
  });

  it("says what is wrong with an order", async () => {
    expect(await lab.run("lab", "kill", "tacoma")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("seattle, portland, boise"),
    });
    expect(await lab.run("lab", "thaw", "seattle")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("lab-site-state"),
    });
    expect(await lab.run("lab", "cut", "seattle", "seattle")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("lab-link-unknown"),
    });
  });

  it("refuses a second lab and leaves the first alone", async () => {
    const second = await lab.run("lab", "up", lab.file, "--detach", "--port", "18081");
    expect(second).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("lab-already-running") });
    expect((await fetch(lab.url)).status).toBe(200);
  });

  it("prints the logs of a site and of a pod", async () => {
    expect((await lab.run("lab", "logs", "seattle")).exitCode).toBe(0);
    const pod = await lab.run("lab", "logs", "seattle", "ratings-db");
    expect(pod).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("primary") });
  });

  it("writes no secret into a log (R121)", async () => {
    const { sites } = await lab.status();
    const kubeconfig = sites[0]?.kubeconfig ?? "";
    expect(await readFile(kubeconfig, "utf8")).toContain("client-key-data");
    for (const site of ["seattle", "portland"]) {
      for (const pod of ["ratings-db", "ratings-api", "ratings-web", "holdfast-controller"]) {
        const { stdout } = await lab.run("lab", "logs", site, pod);
        expect(stdout).not.toMatch(/postgresql:\/\/[^:\s]+:[^@*\s]+@/);
      }
    }
  });

  it("leaves no process behind when its supervisor is killed", async () => {
    const { supervisor } = await lab.status();
    process.kill(supervisor, "SIGKILL");
    await expect.poll(() => processesBelow(join(lab.folder, "lab")), { timeout: 10_000 }).toEqual([]);
    expect(await lab.run("lab", "status")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("lab-not-running"),
    });
    await lab.up();
    await lab.untilWhole();
  });

  it("leaves nothing behind after `lab down`", async () => {
    await lab.down();
    await expect.poll(() => processesBelow(join(lab.folder, "lab")), { timeout: 10_000 }).toEqual([]);
    await expect(fetch(lab.url)).rejects.toThrow();
  });
});

describe("a lab that cannot start", () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "holdfast-refused-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function refusal(options: {
    readonly file?: string;
    readonly port?: number;
    readonly folder?: string;
  }): Promise<string> {
    const lab = await LabSession.create({
      port: options.port ?? 18_090,
      folder: options.folder ?? join(folder, "state"),
      ...(options.file ? { file: options.file } : {}),
    });
    for (const extra of [["--detach"], []]) {
      const { exitCode, stderr } = await lab.run("lab", "up", lab.file, "--port", String(lab.port), ...extra);
      expect(exitCode, stderr).toBe(2);
      expect(await processesBelow(lab.folder)).toEqual([]);
      if (extra.length === 0) return stderr;
    }
    throw new Error("not reached");
  }

  it("because of a typo in the file: says the line and what was meant", async () => {
    const file = join(folder, "typo.yaml");
    const text = await readFile(new URL("../../examples/ratings/holdfast.yaml", import.meta.url), "utf8");
    await writeFile(file, text.replace("whenAlone:", "whenAlon:"));
    const line = text.split("\n").findIndex((each) => each.includes("whenAlone:")) + 1;
    const stderr = await refusal({ file });
    expect(stderr).toContain(`typo.yaml:${line}:`);
    expect(stderr).toContain("whenAlone");
  });

  it("because there is no such file", async () => {
    expect(await refusal({ file: join(folder, "nowhere.yaml") })).toContain("file-unreadable");
  });

  it("because its port is taken", async () => {
    const holder = createServer();
    holder.listen(18_095, "127.0.0.1");
    await once(holder, "listening");
    try {
      expect(await refusal({ port: 18_095 })).toContain("lab-port-taken");
    } finally {
      holder.close();
    }
  });

  it("because its state folder cannot be written", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    expect(await refusal({ folder: join(file, "state") })).toContain("lab-folder-unwritable");
  });
});
