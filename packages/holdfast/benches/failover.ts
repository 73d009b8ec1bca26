import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectKubeconfig } from "../src/adapters/kubernetes/index.ts";
import { faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { LabSession } from "./lab-session.ts";
import { UniqueRatings } from "./unique-ratings.ts";
import { median } from "./median.ts";

const RATINGS_PER_SECOND = 50;
const NAME_COLUMNS = 40;

export interface FaultTrial {
  readonly longestGapMs: number;
  readonly acknowledged: number;
  /** Confirmed, and not there when everything is whole again. */
  readonly lost: number;
  /** Rows beyond one for each rating that was sent. */
  readonly countedTwice: number;
  readonly primaryAfter: string;
  /** From the end of the fault until both sites are in sync again, without a command. */
  readonly wholeAfterMs: number;
}

/**
 * What each fault costs who writes: `npm run bench -- failover [TRIALS] [FAULT ...]`. A client sends 50 ratings a second, each unique, and
 * repeats what was not confirmed. Printed for each fault: the longest time between two confirmed writes (median and worst of the
 * trials; without a fault it is some 25 ms), and what became of everything that was confirmed.
 */
export async function run(arguments_: readonly string[]): Promise<void> {
  const [trialsText, ...names] = arguments_;
  const trials = Number(trialsText ?? 10);
  const chosen = names.length === 0 ? faults : faults.filter(({ name }) => names.includes(name));
  const lab = await LabSession.create({ port: 18_075 });
  try {
    await lab.up();
    console.log(
      ["fault", "no write: median", "worst", "confirmed", "lost", "twice", "moved", "whole after"]
        .map((title, index) => title.padEnd(index === 0 ? NAME_COLUMNS : 17))
        .join(""),
    );
    for (const fault of chosen) {
      if (fault.unavailable !== undefined)
        console.log(`${fault.name.padEnd(NAME_COLUMNS)}skipped: ${fault.unavailable}`);
      else print(fault.name, await repeatTrial(lab, fault, trials));
    }
  } finally {
    await lab.dispose();
  }
}

async function repeatTrial(
  lab: LabSession,
  fault: Fault,
  trials: number,
): Promise<(FaultTrial & { moved: boolean })[]> {
  const done: (FaultTrial & { moved: boolean })[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const before = (await lab.untilWhole(60_000)).stores[0]?.primary;
    const outcome = await tryFault(lab, fault);
    done.push({ ...outcome, moved: outcome.primaryAfter !== before });
  }
  return done;
}

export async function tryFault(lab: LabSession, fault: Fault, perSecond = RATINGS_PER_SECOND): Promise<FaultTrial> {
  await fault.prepare?.({ lab });
  const { stores, sites } = await lab.untilWhole(60_000);
  const primary = stores[0]?.primary ?? "";
  const standby = sites.find(({ role, name }) => role === "site" && name !== primary)?.name ?? "";
  const witness = sites.find(({ role }) => role === "witness")?.name ?? "";
  const client = await UniqueRatings.start(lab.url, perSecond);
  await sleep(1000);
  await fault.inflict({ lab, primary, standby, witness });
  const endedAt = performance.now();
  await lab.untilWhole(120_000);
  const wholeAfterMs = Math.round(performance.now() - endedAt);
  await client.untilNext();
  const report = await client.stop();
  const stored = await storedRatings(lab);
  const ids = new Set(stored);
  return {
    longestGapMs: report.longestGapMs,
    acknowledged: report.acknowledged.length,
    lost: report.acknowledged.filter((id) => !ids.has(id)).length,
    countedTwice: stored.length - ids.size,
    primaryAfter: (await lab.status()).stores[0]?.primary ?? "",
    wholeAfterMs,
  };
}

/** The ids of all ratings, asked of the primary's server itself. */
export async function storedRatings(lab: LabSession): Promise<readonly string[]> {
  const { stores, sites } = await lab.status();
  const site = sites.find(({ name }) => name === stores[0]?.primary);
  if (!site) throw new Error("the store has no primary");
  const cluster = await connectKubeconfig(site.kubeconfig);
  try {
    const place = { namespace: "ratings" };
    const pod = await cluster.get({ apiVersion: "v1", kind: "Pod", ...place, name: "ratings-db-0" });
    const secret = await cluster.get({ apiVersion: "v1", kind: "Secret", ...place, name: "ratings-db-app" });
    const { podIP } = (pod?.["status"] ?? {}) as { readonly podIP?: string };
    const { username = "", password = "" } = (secret?.["data"] ?? {}) as Record<string, string>;
    const plain = (text: string) => Buffer.from(text, "base64").toString("utf8");
    const login = {
      host: podIP ?? "",
      port: 5432,
      database: "ratings",
      user: plain(username),
      password: plain(password),
    };
    const client = new pg.Client(login);
    await client.connect();
    const { rows } = await client.query<{ id: string }>("select id from ratings order by id");
    await client.end();
    return rows.map(({ id }) => id);
  } finally {
    cluster.close();
  }
}

function print(name: string, trials: readonly (FaultTrial & { readonly moved: boolean })[]): void {
  const sum = (pick: (trial: FaultTrial) => number) => trials.reduce((total, trial) => total + pick(trial), 0);
  const gaps = trials.map(({ longestGapMs }) => longestGapMs);
  const figures = [
    `${median(gaps)} ms`,
    `${Math.max(...gaps)} ms`,
    String(sum(({ acknowledged }) => acknowledged)),
    String(sum(({ lost }) => lost)),
    String(sum(({ countedTwice }) => countedTwice)),
    `${trials.filter(({ moved }) => moved).length} of ${trials.length}`,
    `${(median(trials.map(({ wholeAfterMs }) => wholeAfterMs)) / 1000).toFixed(1)} s`,
  ];
  console.log(name.padEnd(NAME_COLUMNS) + figures.map((figure) => figure.padEnd(17)).join(""));
}
