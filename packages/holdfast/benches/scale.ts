import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFleet } from "../src/core/fault-analysis/testing/generated-fleet.ts";

/**
 * What `check` and `render` take as a person runs them, from 10 to 1,000 sites (or the counts that are named): the time and
 * the largest memory of the whole process, and what it writes. Each runs once: the growth is what counts.
 */
export function run(counts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-scale-"));
  try {
    for (const sites of counts.length === 0 ? [10, 100, 1_000] : counts.map(Number)) {
      const fleet = join(folder, "holdfast.yaml");
      writeFileSync(fleet, generatedFleet({ sites, workers: 3 }));
      const report = join(folder, "report.txt");
      print(sites, "check", measure(["check", fleet, "--out", report]), [report]);
      for (const only of [["--only", "kubernetes"], ["--only", "access"], []]) {
        const out = join(folder, "out");
        const spent = measure(["render", fleet, "--allow-findings", "--out", out, ...only]);
        print(sites, `render ${only.join(" ")}`, spent, filesBelow(out));
        rmSync(out, { recursive: true });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return Promise.resolve();
}

interface Spent {
  readonly seconds: number;
  readonly mebibytes: number;
}

const program = fileURLToPath(new URL("../bin/holdfast.js", import.meta.url));
/** The process says itself how much it had, at its end. */
const PEAK = 'process.on("exit", () => require("node:fs").writeSync(3, String(process.resourceUsage().maxRSS)))';

function measure(words: readonly string[]): Spent {
  const hook = `data:text/javascript,import { createRequire } from "node:module"; const require = createRequire("/"); ${PEAK}`;
  const start = performance.now();
  const { status, stderr, output } = spawnSync(process.execPath, ["--import", hook, program, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const seconds = (performance.now() - start) / 1_000;
  // The generated fleet has findings, so `check` answers 1.
  if (status === null || status > 1) throw new Error(`holdfast ${words.join(" ")} failed: ${stderr}`);
  return { seconds, mebibytes: Number(output[3]) / 1_024 };
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function print(sites: number, what: string, { seconds, mebibytes }: Spent, files: readonly string[]): void {
  const written = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  console.log(
    [
      `${sites.toLocaleString("en").padStart(6)} sites`,
      what.padEnd(24),
      `${seconds.toFixed(2)} s`,
      `${mebibytes.toFixed(0)} MiB`,
      `${files.length.toLocaleString("en")} files`,
      `${written.toFixed(2)} MB (measured)`,
    ].join("  "),
  );
}
