import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { unwrap } from "../src/base/index.ts";
import { analyzeDesign } from "../src/core/design-rules/index.ts";
import { analyzeFaults } from "../src/core/fault-analysis/index.ts";
import type { ParsedFleet } from "../src/core/spec/index.ts";
import { parseFleetDocument } from "../src/core/spec/index.ts";
import { generatedFleet } from "../src/core/fault-analysis/testing/generated-fleet.ts";
import { median } from "./median.ts";

/**
 * How time and memory grow: of every rule up to 1,000 sites, and of the analysis (cut sets of two and exact availability)
 * up to 2,000 parts at ten sites. Time is that of the processor, as this machine also does other things; memory is what the
 * result keeps, after a collection, and at the end of all the most that the process ever had.
 */
const ROUNDS = 3;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export function run(): Promise<void> {
  console.log("exact analysis: every capability, cut sets of two");
  for (const [sites, workers] of [
    [2, 10],
    [2, 900],
    [3, 600],
    [5, 370],
    [10, 10],
    [10, 80],
    [10, 180],
  ] as const) {
    const parsed = fleetOf(sites, workers);
    const { result, ms, mebibytes } = measure(() => analyzeFaults(parsed.fleet));
    const parts = result.components.reduce((sum, { count }) => sum + count, 0);
    const pairs = result.capabilities.reduce((sum, { cutSets }) => sum + cutSets.length, 0);
    const exact = result.capabilities.every(({ availability }) => availability !== undefined);
    console.log(
      `${count(sites, "sites")} ${count(parts, "parts")} ${count(pairs, "cut sets")} ${exact ? "exact" : "too large"}: ${ms} ms, ${mebibytes} MiB (measured)`,
    );
  }
  console.log("all rules; the analysis looks for single points of failure only where there are more than 24 sites");
  for (const sites of [25, 50, 100, 250, 500, 1_000]) {
    const parsed = fleetOf(sites, 3);
    const { result, ms, mebibytes } = measure(() => analyzeDesign(parsed, { today: "2026-11-26" }));
    const each = (Number(ms.replaceAll(",", "")) / sites).toFixed(2);
    console.log(
      `${count(sites, "sites")} ${count(result.length, "findings")}: ${ms} ms, ${each} ms a site, ${mebibytes} MiB (measured)`,
    );
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1024).toLocaleString("en");
  console.log(`the whole process had ${peak} MiB at most (measured)`);
  return Promise.resolve();
}

function fleetOf(sites: number, workers: number): ParsedFleet {
  return unwrap(parseFleetDocument(generatedFleet({ sites, workers }), "generated.yaml"));
}

/** The first round warms up and does not count. */
function measure<T>(work: () => T): { readonly result: T; readonly ms: string; readonly mebibytes: string } {
  let result = work();
  const times: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    const [before, cpu] = [process.memoryUsage().heapUsed, process.cpuUsage()];
    result = work();
    const spent = process.cpuUsage(cpu);
    collect();
    times.push((spent.user + spent.system) / 1_000);
    memory.push((process.memoryUsage().heapUsed - before) / 2 ** 20);
  }
  const figure = (value: number) => Math.max(0, Math.round(value)).toLocaleString("en");
  return { result, ms: figure(median(times)), mebibytes: figure(median(memory)) };
}

function count(amount: number, what: string): string {
  return `${amount.toLocaleString("en").padStart(6)} ${what}`;
}
