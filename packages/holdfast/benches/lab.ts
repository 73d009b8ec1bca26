import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesBelow } from "@holdfast/pocket-cluster";
import { LabSession } from "./lab-session.ts";
import { countVotes, LoadClient } from "./load-client.ts";
import type { LoadReport } from "./load-client.ts";
import { median } from "./median.ts";

/**
 * What the lab costs and what the loss of a site costs its user: time to ready (cold: no cache of ours; warm: a second start),
 * memory, idle CPU, and for each of TRIALS kills of either site, under 20 reads and 20 ratings a second, the longest outage
 * and whether every acknowledged rating is still there.
 */
export async function run(arguments_: readonly string[]): Promise<void> {
  const trials = Number(arguments_[0] ?? 10);
  const lab = await LabSession.create({ port: 18_070 });
  try {
    const cold = await lab.up();
    await lab.down();
    const warm: number[] = [];
    for (let start = 0; start < 3; start += 1) {
      if (start > 0) await lab.down();
      warm.push((await lab.up()).readyAfterMs ?? Number.NaN);
    }
    print("lab up, cold", `${cold.readyAfterMs ?? "?"} ms`);
    print("lab up, warm", `${median(warm)} ms (of ${warm.join(", ")})`);
    await lab.untilWhole();
    // A start leaves work behind (compiling, first checkpoints): idle is what comes after.
    await sleep(30_000);
    print("idle CPU, 20 s", `${(100 * (await cpuShare(lab, 20_000))).toFixed(1)} % of one core`);
    const { memoryBytes } = await lab.status();
    print("memory (PSS)", `${((memoryBytes ?? 0) / 1024 / 1024).toFixed(0)} MiB`);
    await killTrials(lab, "portland", trials);
    await killTrials(lab, "seattle", trials);
  } finally {
    await lab.dispose();
    await rm(lab.folder, { recursive: true, force: true });
  }
}

async function killTrials(lab: LabSession, site: string, trials: number): Promise<void> {
  const reports: (LoadReport & { readonly lost: number })[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    await lab.untilWhole();
    const before = await countVotes(lab.url);
    const client = await LoadClient.start(lab.url, { readsPerSecond: 20, ratingsPerSecond: 20 });
    await sleep(1000);
    await lab.inflict("kill", site);
    // Long enough for users to be elsewhere and, for a standby's site, for the primary to go on alone.
    await sleep(4000);
    await lab.inflict("start", site);
    const report = await lab.untilWhole().then(() => client.stop());
    const after = await countVotes(lab.url);
    reports.push({ ...report, lost: Math.max(0, before + report.acknowledged - after) });
  }
  const outages = (kind: "reads" | "ratings"): string => {
    const values = reports.map((report) => report[kind].longestOutageMs);
    return `median ${median(values)} ms, worst ${Math.max(...values)} ms`;
  };
  print(
    `kill ${site}: reads failed`,
    `${reports.map((report) => report.reads.failed).join(", ")}; outage ${outages("reads")}`,
  );
  print(
    `kill ${site}: ratings failed`,
    `${reports.map((report) => report.ratings.failed).join(", ")}; outage ${outages("ratings")}`,
  );
  const sum = (pick: (report: (typeof reports)[number]) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  print(
    `kill ${site}: ratings`,
    `${sum((report) => report.acknowledged)} acknowledged, ${sum((report) => report.lost)} of them lost`,
  );
}

/** Share of one core that every process of the lab, its supervisor included, used over the time. */
async function cpuShare(lab: LabSession, overMs: number): Promise<number> {
  const { supervisor } = await lab.status();
  const before = await cpuSeconds(lab, supervisor);
  await sleep(overMs);
  return ((await cpuSeconds(lab, supervisor)) - before) / (overMs / 1000);
}

const TICKS_PER_SECOND = 100;

async function cpuSeconds(lab: LabSession, supervisor: number): Promise<number> {
  const below = await processesBelow(join(lab.folder, "lab"));
  const pids = [...below.map(({ pid }) => pid), supervisor];
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    }),
  );
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(32)} ${figure}`);
}
