import { beforeEach, expect, it } from "vitest";
import type { DesiredDatabase } from "../../ports/index.ts";
import { Scheduler } from "../time/scheduler.ts";
import { SeededRandom } from "../time/seeded-random.ts";
import { MachineClock } from "../time/site-clock.ts";
import { Network } from "../world/network.ts";
import { Process } from "../world/process.ts";
import { SimulatedAgent } from "./agent.ts";
import { includes } from "./history.ts";
import { Server } from "./server.ts";

/** Two databases and the network between them, told what to be by hand. */
let scheduler: Scheduler;
let network: Network;
let agents: { readonly a: SimulatedAgent; readonly b: SimulatedAgent };

beforeEach(() => {
  scheduler = new Scheduler(() => Promise.resolve());
  const random = new SeededRandom("databases");
  network = new Network(scheduler, random, ["a", "b"], () => 3);
  const watcher = { acknowledged: () => undefined, promoted: () => undefined, replaced: () => undefined };
  const make = (name: string): SimulatedAgent => {
    const server = new Server(name, new Process(scheduler), { scheduler, network, random, watcher });
    const clock = new MachineClock(scheduler, 5000, 1);
    const serverAt = (host: string) => (host === "a" || host === "b" ? agents[host].server : undefined);
    const agent = new SimulatedAgent(server, clock, { serverAt, note: () => undefined });
    agent.start();
    return agent;
  };
  agents = { a: make("a"), b: make("b") };
});

const pass = (ms: number) => scheduler.runUntil(scheduler.nowMs + ms);
const primary = (term: number, more: Partial<DesiredDatabase> = {}): DesiredDatabase => ({
  role: "primary",
  term,
  standbys: ["a", "b"],
  syncStandbys: [],
  ...more,
});
const standby = (term: number, host: string): DesiredDatabase => ({
  role: "standby",
  term,
  upstream: { host, port: 5432 },
  standbys: [],
  syncStandbys: [],
});
const fenced = (term: number): DesiredDatabase => ({ role: "fenced", term, standbys: [], syncStandbys: [] });

async function pair(syncStandbys: readonly string[] = ["b"]): Promise<void> {
  agents.a.desire(primary(1, { syncStandbys }));
  agents.b.desire(standby(1, "a"));
  await pass(3000);
}

/** Commits `count` times and says how many were acknowledged within `ms`. */
async function commit(agent: SimulatedAgent, count: number, ms: number): Promise<number> {
  let acknowledged = 0;
  for (let index = 0; index < count; index++) agent.server.commit(() => (acknowledged += 1));
  await pass(ms);
  return acknowledged;
}

it("a standby clones, streams, and a commit waits for it", async () => {
  await pair();
  expect(agents.b.state()).toMatchObject({ role: "standby", streaming: true });
  expect(await commit(agents.a, 3, 50)).toBe(3);
  expect(agents.a.state()).toMatchObject({
    role: "primary",
    syncStandbys: ["b"],
    replicas: [{ name: "b", lagBytes: 0 }],
  });
  expect(agents.b.state().position).toBe(agents.a.state().position);
});

it("a commit waits while the link is cut, goes on when it heals, and is let go when the set shrinks", async () => {
  await pair();
  network.cut("a", "b");
  let acknowledged = 0;
  agents.a.server.commit(() => (acknowledged += 1));
  await pass(1000);
  expect(acknowledged).toBe(0);
  network.heal("a", "b");
  await pass(300);
  expect(acknowledged).toBe(1);

  network.cut("b", "a");
  agents.a.server.commit(() => (acknowledged += 1));
  await pass(300);
  expect(acknowledged).toBe(1);
  agents.a.desire(primary(1, { syncStandbys: [], revision: 2 }));
  await pass(100);
  expect(acknowledged).toBe(2);
});

it("refuses what is over: lower terms and revisions, foreign clocks, late leases, a standby of the same term as primary", async () => {
  await pair();
  const { id, nowMs } = agents.a.state().clock;
  const refused = (desired: DesiredDatabase, agent = agents.a) => agent.desire(desired) !== undefined;
  expect(refused(primary(1, { writable: { clock: "another", untilMs: nowMs + 1000 } }))).toBe(true);
  expect(refused(primary(1, { writable: { clock: id, untilMs: nowMs - 1 } }))).toBe(true);
  expect(refused(primary(1, { revision: 5 }))).toBe(false);
  expect(refused(primary(1, { revision: 4 }))).toBe(true);
  expect(refused(primary(0))).toBe(true);
  expect(refused(primary(1), agents.b)).toBe(true);
  expect(refused(primary(2), agents.b)).toBe(false);
});

it("fences itself when the lease runs out, and not before", async () => {
  await pair();
  const { id, nowMs } = agents.a.state().clock;
  agents.a.desire(primary(1, { syncStandbys: ["b"], writable: { clock: id, untilMs: nowMs + 500 } }));
  await pass(490);
  expect(agents.a.state().role).toBe("primary");
  await pass(15);
  expect(agents.a.server.isWritable).toBe(false);
  await pass(1000);
  expect(agents.a.state()).toMatchObject({ role: "fenced", term: 1 });
});

it("comes back fenced, on another clock, after the agent was killed", async () => {
  await pair();
  const { id } = agents.a.state().clock;
  agents.a.kill(true);
  agents.a.server.process = new Process(scheduler);
  agents.a.start();
  expect(agents.a.state().position).toBeUndefined();
  await pass(1000);
  expect(agents.a.state()).toMatchObject({ role: "fenced", term: 1 });
  expect(agents.a.state().clock.id).not.toBe(id);
});

it("a fenced standby is promoted in a later term, and who had more is cloned anew", async () => {
  await pair([]);
  network.cut("a", "b");
  expect(await commit(agents.a, 4, 100)).toBe(4);
  agents.b.desire(fenced(2));
  await pass(500);
  agents.b.desire(primary(2));
  await pass(500);
  expect(agents.b.state()).toMatchObject({ role: "primary", timeline: 2 });
  const zombie = agents.a.server.history!;
  network.heal("a", "b");
  agents.a.desire(standby(2, "b"));
  await pass(100);
  expect(agents.a.server.isWritable).toBe(false);
  await pass(5000);
  expect(agents.a.state()).toMatchObject({ role: "standby", streaming: true });
  expect(includes(agents.a.server.history!, zombie)).toBe(false);
});

it("who was primary and has nothing more follows without a clone", async () => {
  await pair();
  expect(await commit(agents.a, 2, 100)).toBe(2);
  agents.a.desire(fenced(2));
  await pass(500);
  agents.b.desire(fenced(2));
  await pass(500);
  const before = agents.a.server.history!;
  agents.b.desire(primary(3));
  agents.a.desire(standby(3, "b"));
  const roles = new Set<string>();
  for (let look = 0; look < 40; look++) {
    await pass(25);
    roles.add(agents.a.state().role);
  }
  expect(roles).not.toContain("cloning");
  expect(agents.a.state()).toMatchObject({ role: "standby", streaming: true });
  expect(includes(agents.a.server.history!, before)).toBe(true);
});

it("an empty folder becomes a new database only where that is allowed", async () => {
  agents.a.desire(primary(2));
  await pass(2000);
  expect(agents.a.state().role).toBe("stopped");
  agents.a.desire(primary(2, { revision: 1, initialize: true }));
  await pass(2000);
  expect(agents.a.state().role).toBe("primary");
});

it("a full disk stops the server, and a fence is obeyed but not confirmed", async () => {
  await pair();
  agents.a.server.diskFull = true;
  agents.a.crash("no space left on device");
  await pass(1000);
  expect(agents.a.state()).toMatchObject({ role: "stopped", freeBytes: 0 });
  expect(agents.a.desire(fenced(2))).toContain("no space");
  expect(agents.a.state().term).toBe(1);
  agents.a.server.diskFull = false;
  await pass(3000);
  expect(agents.a.state().role).toBe("fenced");
});
