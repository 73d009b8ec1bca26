import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentFleet, type AgentProcess } from "./postgres-agents.ts";

/**
 * The end of a primary's lease, on real servers: it holds though nobody speaks to the agent any more. The cases follow on one another;
 * `next` hands out the terms.
 */
let fleet: AgentFleet;
let seattle: AgentProcess;
let term = 1;
const next = (): number => (term += 1);
const RAN_OUT = "the lease ran out: the controller has not renewed it";
const RAN_OUT_LOGGED = `${RAN_OUT}: fencing the server`;
const insert = "insert into rating (stars) values (5)";

beforeAll(async () => {
  fleet = new AgentFleet();
  seattle = await fleet.add("seattle");
  await seattle.become("primary", term);
  await seattle.query("create table rating (id bigint generated always as identity primary key, stars int)");
});
afterAll(() => fleet.close());

const isFenced = (agent: AgentProcess) =>
  agent.until("it has fenced itself", ({ role, reason }) => role === "fenced" && reason === RAN_OUT);

/** Gives an order that must be refused; answers why. */
async function refused(agent: AgentProcess, more: object): Promise<string> {
  const order = { role: "primary", term, syncStandbys: [], standbys: [], ...more };
  const { status, body } = await agent.call("PUT", "/v1/desired", order);
  expect(status).toBe(409);
  return (body as { problems: string[] }).problems.join("; ");
}

/** What stands on disk of the order, and when it was written. */
function memoryOf(agent: AgentProcess): { text: string; writtenMs: number } {
  const path = join(agent.dataFolder, "agent.json");
  return { text: readFileSync(path, "utf8"), writtenMs: statSync(path).mtimeMs };
}

describe("a primary's lease", () => {
  it("fences the server when it runs out though nobody speaks to the agent", async () => {
    const client = await seattle.connect();
    await seattle.desire("primary", term, { writable: await seattle.leaseFor(500) });
    const began = performance.now();
    const endsWithin = 500;
    let lastMs = 0;
    const broken = (async () => {
      for (;;) {
        await client.query(insert);
        lastMs = performance.now() - began;
      }
    })();
    await expect(broken).rejects.toThrow();
    expect(lastMs).toBeGreaterThan(endsWithin / 2);
    expect(lastMs).toBeLessThan(endsWithin + 50);
    await seattle.untilLogged(RAN_OUT_LOGGED);
    await isFenced(seattle);
    await expect(seattle.query(insert)).rejects.toThrow(/read-only transaction/);
    expect((await seattle.call("GET", "/readyz", undefined, "")).status).toBe(503);
  });

  it("makes it writable again in the same term when a later end is said", async () => {
    await seattle.become("primary", term, { writable: await seattle.leaseFor(60_000) });
    await seattle.query(insert);
  });

  it("is renewed without a trace: no session ends, nothing is written, logged or read anew", async () => {
    const client = await seattle.connect();
    const look =
      "select pg_backend_pid() as session, pg_conf_load_time() as settings, pg_postmaster_start_time() as start";
    const before = (await client.query(look)).rows;
    const memory = memoryOf(seattle);
    const said = seattle.log;
    for (let n = 0; n < 10; n += 1) {
      // Each would have run out before the last.
      await seattle.desire("primary", term, { writable: await seattle.leaseFor(400) });
      await client.query(insert);
      await sleep(100);
    }
    expect((await client.query(look)).rows).toEqual(before);
    expect(await seattle.state()).toMatchObject({ role: "primary", reason: "" });
    expect(memoryOf(seattle)).toEqual(memory);
    expect(memory.text).not.toContain("writable");
    expect(seattle.log).toBe(said);
    await client.end();
  });

  it("ends for good with an order that has none, and with another role", async () => {
    const writable = await seattle.leaseFor(200);
    await seattle.desire("primary", term, { writable });
    await seattle.desire("primary", term);
    await seattle.until("its time is over", ({ clock }) => clock.nowMs > writable.untilMs);
    await seattle.query(insert);

    await seattle.become("primary", term, { writable: await seattle.leaseFor(200) });
    await isFenced(seattle);
    // Told so, it is as it should be.
    await seattle.become("fenced", term);
    await seattle.become("primary", next());
  });

  it("holds at once when the agent thaws beyond its end: sessions that thaw after it commit nothing", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => seattle.connect()));
    const rows = await seattle.count("rating");
    const writable = await seattle.leaseFor(500);
    await seattle.desire("primary", term, { writable });
    seattle.freeze();
    const commits = clients.map((client) => client.query(insert));
    const outcomes = Promise.allSettled(commits);
    await sleep(700);
    seattle.thaw("agent");
    await seattle.untilLogged(RAN_OUT_LOGGED);
    seattle.thaw("all");
    expect((await outcomes).map(({ status }) => status)).toEqual(clients.map(() => "rejected"));
    await isFenced(seattle);
    expect(await seattle.count("rating")).toBe(rows);
  });

  it("refuses a renewal that arrives with the thaw, too late", async () => {
    await seattle.become("primary", next(), { writable: await seattle.leaseFor(60_000) });
    const writable = await seattle.leaseFor(300);
    await seattle.desire("primary", term, { writable });
    seattle.freeze();
    const answer = refused(seattle, { writable });
    await sleep(500);
    seattle.thaw("all");
    expect(await answer).toMatch(/^the lease ran out \d+ ms before it came here$/);
    await isFenced(seattle);
  });

  it("never makes a server writable when it is over, or on another agent's clock", async () => {
    const over = await seattle.leaseFor(0);
    expect(await refused(seattle, { writable: over })).toContain("before it came here");
    expect(await refused(seattle, { writable: { clock: "another", untilMs: 1e12 } })).toBe(
      "the lease is on the clock of an agent that has restarted since",
    );
    const writable = await seattle.leaseFor(60_000);
    await seattle.stop();
    await seattle.start();
    await seattle.until("it is fenced", ({ role, reason }) => role === "fenced" && reason === "");
    expect(await refused(seattle, { writable })).toContain("restarted since");
    expect(existsSync(join(seattle.dataFolder, "data/standby.signal"))).toBe(true);
    const { role, clock, freeBytes } = await seattle.state();
    expect(role).toBe("fenced");
    expect(clock.id).not.toBe(writable.clock);
    expect(freeBytes).toBeGreaterThan(0);
  });

  it("ends a promotion that it overtakes", async () => {
    for (const ms of [1, 5, 20, 60, 120]) {
      await seattle.become("fenced", next());
      const give = async (): Promise<number> => {
        const writable = await seattle.leaseFor(ms + 5);
        const order = { role: "primary", term, syncStandbys: [], standbys: [], writable };
        return (await seattle.call("PUT", "/v1/desired", order)).status;
      };
      // On a busy machine so short a one may be over before it arrives.
      while ((await give()) === 409);
      await isFenced(seattle);
      // The promotion that was begun must not come through later.
      await sleep(200);
      await expect(seattle.query(insert)).rejects.toThrow(/read-only transaction/);
    }
  });
});

describe("an order", () => {
  it("of a lower revision is refused, also after a restart", async () => {
    await seattle.become("primary", next(), { revision: 3 });
    expect(await seattle.state()).toMatchObject({ term, revision: 3 });
    expect(await refused(seattle, { revision: 2 })).toBe(`revision 2 of term ${term} is over: the latest is 3`);
    expect(await refused(seattle, { role: "fenced" })).toContain("revision 0");
    await seattle.stop();
    await seattle.start();
    expect(await refused(seattle, { revision: 2 })).toContain("the latest is 3");
    await seattle.become("primary", next());
    expect(await seattle.state()).toMatchObject({ term, revision: 0 });
  });

  it("of a higher revision disturbs nobody", async () => {
    const client = await seattle.connect();
    await seattle.become("primary", term, { revision: 1 });
    await client.query(insert);
    await client.end();
  });
});

describe("a primary", () => {
  it("that thaws after another took over acknowledges nothing, in whatever order its processes wake up", async () => {
    const medford = await fleet.add("medford");
    const names = { standbys: ["medford"], syncStandbys: ["medford"] };
    await seattle.become("primary", next(), { standbys: names.standbys });
    await medford.become("standby", term, { upstream: seattle.upstream });
    await seattle.become("primary", term, { revision: 1, ...names });
    const clients = await Promise.all(Array.from({ length: 5 }, () => seattle.connect()));
    for (const client of clients) await client.query(insert);
    const writable = await seattle.leaseFor(500);
    await seattle.desire("primary", term, { revision: 1, ...names, writable });
    seattle.freeze();
    const outcomes = Promise.allSettled(clients.map((client) => client.query(insert)));
    await sleep(600);
    await medford.become("fenced", next());
    await medford.become("primary", term);
    // The sessions wake up with the agent, and may well write before it ends them: but who would have to confirm it is gone.
    seattle.thaw("all");
    expect((await outcomes).map(({ status }) => status)).toEqual(clients.map(() => "rejected"));
    await isFenced(seattle);
    await medford.stop();
    await seattle.become("primary", next());
  });

  it("waits with a commit for every one of two standbys", async () => {
    const [portland, boise] = await Promise.all([fleet.add("portland"), fleet.add("boise")]);
    const names = { standbys: ["portland", "boise"], syncStandbys: ["portland", "boise"] };
    await seattle.become("primary", term, { revision: 1, standbys: names.standbys });
    for (const each of [portland, boise]) await each.become("standby", term, { upstream: seattle.upstream });
    await seattle.become("primary", term, { revision: 2, ...names });
    const state = await seattle.until(
      "both count",
      ({ replicas }) => replicas.filter(({ syncState }) => syncState === "sync").length === 2,
    );
    expect(state.syncStandbys).toEqual(names.syncStandbys);
    await seattle.query(insert);
    for (const each of [portland, boise]) {
      await each.become("fenced", term);
      let acknowledged = false;
      const commit = seattle.query(insert).then(() => (acknowledged = true));
      const waiting = "select 1 from pg_stat_activity where wait_event = 'SyncRep'";
      while ((await seattle.query(waiting)).length === 0) await sleep(5);
      expect(acknowledged).toBe(false);
      await each.become("standby", term, { upstream: seattle.upstream });
      await commit;
    }
    await Promise.all([portland.stop(), boise.stop()]);
  });

  it("that can not start says so, and why, until it can", async () => {
    const wal = join(seattle.dataFolder, "data/pg_wal");
    await seattle.become("primary", next());
    renameSync(wal, `${wal}.away`);
    process.kill(seattle.postmaster(), "SIGKILL");
    await seattle.untilLogged("the server ended by itself");
    const why = 'the server ended by itself: required WAL directory "…" does not exist';
    for (let n = 0; n < 3; n += 1) {
      const { role } = await seattle.until("it says why", ({ reason }) => reason.endsWith(why));
      expect(role).toMatch(/^(stopped|starting)$/);
      await seattle.untilLogged("the server ended by itself");
    }
    renameSync(`${wal}.away`, wal);
    await seattle.until("it is primary", ({ role, reason }) => role === "primary" && reason === "");
  });
});
