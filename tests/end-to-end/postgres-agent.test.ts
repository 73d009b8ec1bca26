import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentFleet, SECRETS, type AgentProcess } from "./postgres-agents.ts";

/**
 * Two PostgreSQL servers, each run by an agent, told what to be as a controller would. The cases follow on one another, as a
 * pair's life does; the helper `next` hands out the terms.
 */
let fleet: AgentFleet;
let seattle: AgentProcess;
let portland: AgentProcess;
let term = 1;
const next = (): number => (term += 1);
const clones = (agent: AgentProcess): number => agent.log.split('"msg":"cloned the upstream"').length - 1;

beforeAll(async () => {
  fleet = new AgentFleet();
  [seattle, portland] = await Promise.all([fleet.add("seattle"), fleet.add("portland")]);
});
afterAll(() => fleet.close());

/** Inserts one row after another, until the connection breaks. */
async function write(
  agent: AgentProcess,
): Promise<{ acknowledged(rows: number): Promise<void>; broken: Promise<number> }> {
  const client = await agent.connect();
  let rows = 0;
  const broken = (async () => {
    for (;;) {
      await client.query("insert into rating (stars) values (5)");
      rows += 1;
    }
  })().catch(() => rows);
  const acknowledged = async (wanted: number): Promise<void> => {
    while (rows < wanted) await sleep(5);
  };
  return { acknowledged, broken };
}

async function isReadOnly(agent: AgentProcess): Promise<void> {
  await expect(agent.query("insert into rating (stars) values (1)")).rejects.toThrow(/read-only transaction/);
  await expect(agent.query("begin read write")).rejects.toThrow(/recovery/);
}

describe("postgres-agent", () => {
  it("makes a database, clones it to the other site, and streams (R74, R82)", async () => {
    await seattle.become("primary", term, { standbys: ["portland"] });
    await seattle.query("create table rating (id bigint generated always as identity primary key, stars int)");
    await portland.become("standby", term, { upstream: seattle.upstream });
    expect(existsSync(join(portland.dataFolder, "data/standby.signal"))).toBe(true);
    const state = await seattle.until("portland streams", ({ replicas }) =>
      replicas.some(({ state }) => state === "streaming"),
    );
    expect(state.replicas).toMatchObject([{ name: "portland", syncState: "async" }]);
  });

  it("acknowledges a commit only when the standby has it, and goes on alone only when it is told to", async () => {
    await seattle.become("primary", term, { standbys: ["portland"], syncStandbys: ["portland"] });
    await seattle.until("portland counts", ({ replicas }) => replicas.some(({ syncState }) => syncState === "sync"));
    await seattle.query("insert into rating (stars) values (5)");

    await portland.become("fenced", term);
    const client = await seattle.connect();
    let acknowledged = false;
    const commit = client.query("insert into rating (stars) values (4)").then(() => (acknowledged = true));
    const waiting = "select 1 from pg_stat_activity where wait_event = 'SyncRep'";
    while ((await seattle.query(waiting)).length === 0) await sleep(5);
    expect(acknowledged).toBe(false);
    await seattle.become("primary", term, { standbys: ["portland"], syncStandbys: [] });
    await commit;
    await client.end();

    await portland.become("standby", term, { upstream: seattle.upstream });
    await seattle.become("primary", term, { standbys: ["portland"], syncStandbys: ["portland"] });
    expect((await seattle.state()).syncStandbys).toEqual(["portland"]);
  });

  it("refuses who has not the token, what is not an order, and what is out of date", async () => {
    const order = { role: "primary", term, syncStandbys: ["portland"], standbys: ["portland"] };
    for (const [method, path] of [
      ["GET", "/v1/state"],
      ["PUT", "/v1/desired"],
    ] as const) {
      expect((await seattle.call(method, path, method === "PUT" ? order : undefined, "wrong")).status).toBe(401);
    }
    expect((await seattle.call("PUT", "/v1/desired", { ...order, role: "boss" })).status).toBe(400);
    expect((await seattle.call("PUT", "/v1/desired", "{")).status).toBe(400);
    expect((await seattle.call("PUT", "/v1/desired", "x".repeat(70_000))).status).toBe(413);
    expect((await seattle.call("POST", "/v1/desired", order)).status).toBe(405);
    expect((await seattle.call("GET", "/v2")).status).toBe(404);
    expect((await seattle.call("PUT", "/v1/desired", { ...order, term: term - 1 })).status).toBe(409);
    const promoteTooEarly = { role: "primary", term, syncStandbys: [], standbys: [] };
    expect((await portland.call("PUT", "/v1/desired", promoteTooEarly)).status).toBe(409);
    expect((await seattle.call("GET", "/readyz", undefined, "")).status).toBe(200);
    expect((await seattle.call("GET", "/livez", undefined, "")).status).toBe(200);
  });

  it("brings a killed primary back as primary, with every acknowledged row", async () => {
    const before = await seattle.count("rating");
    const writer = await write(seattle);
    await writer.acknowledged(20);
    process.kill(seattle.postmaster(), "SIGKILL");
    const acknowledged = await writer.broken;
    await seattle.untilLogged("the server ended by itself");
    await seattle.until("the primary is back", ({ role, reason }) => role === "primary" && reason === "");
    await seattle.until("portland streams again", ({ replicas }) =>
      replicas.some(({ syncState }) => syncState === "sync"),
    );
    expect(await seattle.count("rating")).toBeGreaterThanOrEqual(before + acknowledged);
    expect(await portland.count("rating")).toBeGreaterThanOrEqual(before + acknowledged);
    expect((await seattle.state()).timeline).toBe(1);
  });

  it("brings a killed standby back as standby", async () => {
    process.kill(portland.postmaster(), "SIGKILL");
    await portland.untilLogged("the server ended by itself");
    await portland.until("it streams again", ({ role, streaming }) => role === "standby" && streaming === true);
    expect(clones(portland)).toBe(1);
  });

  it("leaves no server behind a killed agent, and a primary comes back fenced until it is told again", async () => {
    const before = await seattle.count("rating");
    seattle.killAgent();
    await seattle.untilNoProcesses(5_000);
    await seattle.start();
    await seattle.until("it is fenced", ({ role, reason }) => role === "fenced" && reason === "");
    await isReadOnly(seattle);
    await seattle.become("primary", term, { standbys: ["portland"], syncStandbys: ["portland"] });
    await seattle.until("portland streams", ({ replicas }) => replicas.some(({ syncState }) => syncState === "sync"));
    await seattle.query("insert into rating (stars) values (3)");
    expect(await seattle.count("rating")).toBe(before + 1);
    expect(clones(portland)).toBe(1);
  });

  it("a standby's agent that was killed follows again by itself", async () => {
    portland.killAgent();
    await portland.untilNoProcesses(5_000);
    await portland.start();
    await portland.until("it streams", ({ role, streaming }) => role === "standby" && streaming === true);
    expect(clones(portland)).toBe(1);
  });

  it("switches over and back without copying anything", async () => {
    const rows = await seattle.count("rating");
    for (const [from, to] of [
      [seattle, portland],
      [portland, seattle],
    ] as const) {
      const now = next();
      await from.become("fenced", now);
      await isReadOnly(from);
      const last = await from.until("its position is known", ({ position }) => position !== undefined);
      expect((await to.become("fenced", now)).position).toBe(last.position);
      await to.become("primary", now, { standbys: [from.name] });
      await from.become("standby", now, { upstream: to.upstream });
      await to.query("insert into rating (stars) values (2)");
    }
    expect(await seattle.count("rating")).toBe(rows + 2);
    expect([clones(seattle), clones(portland)]).toEqual([0, 1]);
  });

  it("copies the data of an old primary anew when it has writes that the new one does not have (R84)", async () => {
    await seattle.become("primary", term, { standbys: ["portland"], syncStandbys: [] });
    await portland.become("fenced", term);
    await seattle.query("insert into rating (stars) values (1), (1), (1)");
    const now = next();
    await portland.become("primary", now, { standbys: ["seattle"] });
    await portland.query("insert into rating (stars) values (5)");
    await seattle.become("fenced", now);
    await seattle.become("standby", now, { upstream: portland.upstream });
    expect(clones(seattle)).toBe(1);
    expect(seattle.log).toContain("this server has writes that the upstream does not have");
    await portland.become("primary", now, { standbys: ["seattle"], syncStandbys: ["seattle"] });
    await portland.query("insert into rating (stars) values (5)");
    expect(await seattle.count("rating")).toBe(await portland.count("rating"));
    expect(readdirSync(seattle.dataFolder).sort()).toEqual(["agent.json", "data"]);
  });

  it("is not misled when both were promoted from one point to one timeline, which PostgreSQL itself would join", async () => {
    const first = next();
    await portland.become("fenced", first);
    await seattle.become("fenced", first);
    const promoted = await seattle.become("primary", first);
    await seattle.query("insert into rating (stars) values (1)");
    const second = next();
    await seattle.become("fenced", second);
    const other = await portland.become("primary", second, { standbys: ["seattle"] });
    expect(other.timeline).toBe(promoted.timeline);
    await portland.query("insert into rating (stars) select 3 from generate_series(1, 1000)");
    await seattle.become("standby", second, { upstream: portland.upstream });
    expect(seattle.log).toContain("promoted in a term that the upstream does not know");
    expect(clones(seattle)).toBe(2);
  });

  it("copies 100 MB and shows how far it is, and takes the clone up again when it is interrupted", async () => {
    await portland.query(
      "create table filler as select n, repeat(md5(n::text), 30) as text from generate_series(1, 100000) as n",
    );
    const boise = await fleet.add("boise");
    await boise.desire("standby", term, { upstream: portland.upstream });
    const during = await boise.until("it is half-way", ({ clone }) => (clone?.receivedBytes ?? 0) > 20_000_000);
    expect(during.clone?.totalBytes).toBeGreaterThan(100_000_000);
    boise.killAgent();
    await boise.untilNoProcesses(5_000);
    await boise.start();
    await boise.until("it streams", ({ streaming }) => streaming === true);
    expect(await boise.count("filler")).toBe(100_000);
    await boise.become("fenced", next());
    await boise.stop();
  });

  it("never makes an empty database of a lost one, and never drops a copy for another database", async () => {
    const salem = await fleet.add("salem");
    await salem.desire("primary", 7);
    await salem.until("it refuses", ({ reason }) => reason.includes("data was lost"));
    await salem.become("primary", 7, { initialize: true });

    const rows = await portland.count("rating");
    const now = next();
    await seattle.desire("standby", now, { upstream: salem.upstream });
    await seattle.until("it refuses", ({ reason }) => reason.includes("another database"));
    expect(await seattle.count("rating")).toBe(rows);
    await salem.stop();
    await portland.become("primary", now, { standbys: ["seattle"] });
    await seattle.become("standby", now, { upstream: portland.upstream });
  });

  it("fences a primary that does not answer", async () => {
    const writer = await portland.connect();
    for (const pid of portland.processes()) {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("postgres: ")) process.kill(pid, "SIGSTOP");
    }
    process.kill(portland.postmaster(), "SIGSTOP");
    await portland.until("it says so, and what it last was", ({ role, reason }) => {
      return role === "primary" && reason === "the server does not answer";
    });
    expect((await portland.call("GET", "/readyz", undefined, "")).status).toBe(503);
    await portland.become("fenced", next());
    await isReadOnly(portland);
    await expect(writer.query("insert into rating (stars) values (1)")).rejects.toThrow();
  });

  it("fences a server even in the middle of its promotion", async () => {
    const fenceAfterMs = [0, 20, 60, 120];
    for (const ms of fenceAfterMs) {
      await portland.desire("primary", next());
      await sleep(ms);
      await portland.become("fenced", next());
      // The promotion that was begun must not come through later.
      await sleep(200);
      await isReadOnly(portland);
    }
  });

  it("ends what an earlier agent left running, and only that", async () => {
    await portland.become("primary", term, { standbys: ["seattle"] });
    const orphan = portland.postmaster();
    // The watcher that would end the server is ended first, as when a whole group is killed in an unlucky order.
    for (const pid of portland.processes()) {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres-watcher")) process.kill(pid, "SIGKILL");
    }
    portland.killAgent();
    expect(() => process.kill(orphan, 0)).not.toThrow();
    await portland.start();
    await portland.until("it is fenced", ({ role, reason }) => role === "fenced" && reason === "");
    expect(portland.postmaster()).not.toBe(orphan);
    expect(portland.log).toContain("ended the server that an earlier agent left behind");
  });

  it("starts though a lock file names a process that is somebody else's", async () => {
    await portland.stop();
    expect(portland.processes()).toEqual([]);
    writeFileSync(join(portland.dataFolder, "data/postmaster.pid"), `${process.pid}\n/elsewhere\n`);
    await portland.start();
    await portland.until("it is fenced", ({ role, reason }) => role === "fenced" && reason === "");
  });

  it("tells every missing setting at once, without a secret", async () => {
    await portland.stop();
    const said = await portland.refuses({ OWNER: "", AGENT_PORT: "http", OWNER_PASSWORD: "line\nbreak-secret" });
    for (const name of ["OWNER is not set", "AGENT_PORT is not a port", "password of the owner"])
      expect(said).toContain(name);
    expect(said).not.toContain("break-secret");
  });

  it("keeps secrets out of logs, command lines and settings (R94)", () => {
    const settings = readFileSync(join(seattle.dataFolder, "data/postgresql.conf"), "utf8");
    const memory = readFileSync(join(seattle.dataFolder, "agent.json"), "utf8");
    const shown = [fleet.logs, settings, memory, ...fleet.commandLines()].join("\n");
    expect(fleet.commandLines().some((line) => line.includes("postgres"))).toBe(true);
    for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(secret);
    for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it("takes everything down with it when it is asked to end", async () => {
    await seattle.stop();
    expect(seattle.processes()).toEqual([]);
  });
});
