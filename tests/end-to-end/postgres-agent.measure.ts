/**
 * How long the agent's changes take and what it costs: `npx tsx tests/end-to-end/postgres-agent.measure.ts [RUNS]`, after
 * `npm run build`. One line a figure: median and worst of the runs, in milliseconds unless said otherwise.
 */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentFleet, type AgentProcess } from "./postgres-agents.ts";

const samples = new Map<string, number[]>();

async function timed<T>(what: string, action: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await action();
  record(what, performance.now() - began);
  return result;
}

function record(what: string, value: number): void {
  samples.set(what, [...(samples.get(what) ?? []), value]);
}

/** Memory that the processes have to themselves plus their share of what is shared, in MB. */
function proportionalMb(agent: AgentProcess): number {
  const kilobytes = agent.processes().map((pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  });
  return kilobytes.reduce((a, b) => a + b, 0) / 1024;
}

/** Seconds of processor time that they have used. */
function processorSeconds(agent: AgentProcess): number {
  const ticks = agent.processes().map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((a, b) => a + b, 0) / 100;
}

async function once(run: number): Promise<void> {
  const fleet = new AgentFleet();
  try {
    const plain = await timed("agent process to first answer", () => fleet.add("plain"));
    await timed("empty folder to ready primary, initdb", () => plain.become("primary", 1));
    await plain.stop();

    const template = { TEMPLATE_CACHE_DIR: join(fleet.folder, "templates") };
    const first = await fleet.add("first", template);
    await first.become("primary", 1);
    await first.stop();
    const seattle = await fleet.add("seattle", template);
    await timed("empty folder to ready primary, template", () =>
      seattle.become("primary", 1, { standbys: ["portland"] }),
    );

    const portland = await fleet.add("portland");
    await timed("clone and attach, 30 MB + 16 MB of WAL", () =>
      portland.become("standby", 1, { upstream: seattle.upstream }),
    );
    await timed("standby made synchronous", async () => {
      await seattle.become("primary", 1, { standbys: ["portland"], syncStandbys: ["portland"] });
      await seattle.until("it counts", ({ replicas }) => replicas.some(({ syncState }) => syncState === "sync"));
    });
    if (run === 0) {
      record("memory, agent + primary (MB)", proportionalMb(seattle));
      record("memory, agent + standby (MB)", proportionalMb(portland));
      await idle(seattle, portland);
    }
    await seattle.query(
      "create table filler as select n, repeat(md5(n::text), 30) as text from generate_series(1, 70000) as n",
    );
    const boise = await fleet.add("boise");
    await timed("clone and attach, 100 MB more", () => boise.become("standby", 1, { upstream: seattle.upstream }));
    await boise.stop();

    await timed("switchover: old primary fenced, answers reads", () => seattle.become("fenced", 2));
    await timed("switchover: standby stops receiving", () => portland.become("fenced", 2));
    await timed("promotion, order to writable", async () => {
      await portland.desire("primary", 2, { standbys: ["seattle"] });
      await portland.until("it is primary", ({ role }) => role === "primary");
    });
    await timed("old primary follows, without a copy", () =>
      seattle.become("standby", 2, { upstream: portland.upstream }),
    );
    await timed("server killed to primary again", async () => {
      process.kill(portland.postmaster(), "SIGKILL");
      await portland.untilLogged("the server ended by itself");
      await portland.until("it is back", ({ role, reason }) => role === "primary" && reason === "");
    });
    await timed("agent killed to no process left", async () => {
      portland.killAgent();
      await portland.untilNoProcesses(10_000);
    });
    await timed("agent started again to fenced and answering", async () => {
      await portland.start();
      await portland.until("it is fenced", ({ role, reason }) => role === "fenced" && reason === "");
    });
  } finally {
    await fleet.close();
  }
}

/** A controller asks four times a second; nothing else happens. */
async function idle(...agents: readonly AgentProcess[]): Promise<void> {
  const before = agents.map(processorSeconds);
  const seconds = 10;
  for (let n = 0; n < seconds * 4; n += 1) {
    await Promise.all([...agents.map((agent) => agent.state()), sleep(250)]);
  }
  const used = agents.map((agent, n) => ((processorSeconds(agent) - (before[n] ?? 0)) / seconds) * 100);
  record("idle, primary, 4 questions/s (% of one core)", used[0] ?? 0);
  record("idle, standby, 4 questions/s (% of one core)", used[1] ?? 0);
}

const runs = Number(process.argv[2] ?? 5);
for (let run = 0; run < runs; run += 1) await once(run);
process.stdout.write(
  `${runs} runs, load average ${loadavg()
    .map((each) => each.toFixed(1))
    .join(" ")}\n`,
);
for (const [what, values] of samples) {
  const sorted = values.sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  process.stdout.write(
    `${what.padEnd(52)} ${median.toFixed(1).padStart(8)} ${(sorted.at(-1) ?? 0).toFixed(1).padStart(8)}\n`,
  );
}
