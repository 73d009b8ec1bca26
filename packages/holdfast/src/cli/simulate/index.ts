import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { Register } from "../command.ts";
import { formatOption } from "../format-option.ts";
import type { Terminal } from "../terminal.ts";
import { chunkSimulator } from "./chunk.ts";
import type { Chunk, StartSiteOf, Task } from "./chunk.ts";
import { serveChunks } from "./child.ts";
import { simulateHere, simulateInChildren } from "./pool.ts";
import { startKeeper } from "./keeper-program.ts";
import { Summary } from "./summary.ts";

interface Options {
  readonly runs: number;
  readonly seed: string;
  readonly from: number;
  readonly store?: string;
  readonly intensity: number;
  readonly jobs: number;
  readonly format: "text" | "json";
  readonly child?: true;
}

/** Enough that asking for the next costs nothing beside them, and few enough to show that it goes on. */
const CHUNK_RUNS = 50;

/** More processes than that take turns, and each costs memory and a second of start. */
const JOBS_PER_PROCESSOR = 4;

/** The command for what `startSiteOf` starts at a site: the production store keeper, or in a test something that is known to be wrong. */
export function simulateCommand(startSiteOf: StartSiteOf): Register {
  return (command, terminal) => {
    command
      .argument("<file>", "fleet file, YAML or JSON")
      .option("--runs <number>", "how many disasters", positive, 1000)
      .option("--seed <text>", "where the disasters come from: the same seed, the same course", "1")
      .option("--from <number>", "number of the first run, to replay one", natural, 0)
      .option("--store <name>", "which store; the first of the file unless said")
      .option("--intensity <number>", "about how many faults a run has", natural, 3)
      .option("--jobs <number>", `how many processes, at most ${jobsMax()} here`, jobs, availableParallelism())
      .addOption(formatOption())
      .addOption(new Option("--child").hideHelp())
      .addHelpText(
        "after",
        "\nExit code: 0 every run kept its promises, 1 one did not (it is shown), 2 it could not be simulated.\nHow many runs were without a writer for longer than objectives.rto is told, and is no failure: a run has several faults, often at\nthe same time, and the objective is for one.",
      )
      .action(async (file: string, options: Options) => {
        const { store, seed, intensity, child } = options;
        const task: Task = { file, seed, intensity, ...(store !== undefined && { store }) };
        // Also in the parent: a file that cannot be used is reported once, before anything is started.
        const { simulate, rtoMs } = await chunkSimulator(task, startSiteOf);
        if (child) {
          await serveChunks(simulate);
          return;
        }
        const began = performance.now();
        const summary = new Summary(rtoMs);
        const progress = showProgress(terminal, options, summary);
        const pool = {
          chunks: chunksOf(options),
          onResult: (result: Parameters<Summary["add"]>[0]) => {
            summary.add(result);
            progress.draw();
          },
        };
        const count = Math.min(options.jobs, Math.ceil(options.runs / CHUNK_RUNS));
        if (count === 1) await simulateHere(simulate, pool);
        else await simulateInChildren(count, task, pool);
        progress.clear();
        print(terminal, options, task, summary, performance.now() - began);
      });
  };
}

/** With the production store keeper at every site. */
export const register = simulateCommand((fleet, store) => (site, ports) => startKeeper(fleet, store, site, ports));

function* chunksOf({ from, runs }: Options): Iterable<Chunk> {
  for (let firstRun = from; firstRun < from + runs; firstRun += CHUNK_RUNS)
    yield { firstRun, runs: Math.min(CHUNK_RUNS, from + runs - firstRun) };
}

function print(terminal: Terminal, options: Options, task: Task, summary: Summary, elapsedMs: number): void {
  const { failed, failedRun } = summary;
  const replay = failedRun === undefined ? undefined : replayCommand(task, failedRun);
  if (failed) terminal.exitWith(1);
  if (options.format === "json") {
    const failure = failed && { seed: failed.seed, ...failed.violation, replay, transcript: failed.transcript };
    terminal.out(`${JSON.stringify({ ...summary.json(elapsedMs), failure }, null, 2)}\n`);
    return;
  }
  const { outColors: colors } = terminal;
  if (!failed) {
    terminal.out(`${summary.text(elapsedMs)}\n${colors.green("✓")} every run kept its promises\n`);
    return;
  }
  const { kind, message } = failed.violation ?? {};
  terminal.out(`${failed.transcript ?? ""}\n`);
  terminal.out(`${colors.red("✗")} ${colors.bold(kind ?? "")}: ${message ?? ""}\n`);
  terminal.out(`  run ${failedRun ?? ""} of seed ${task.seed}; again: ${replay ?? ""}\n`);
}

function replayCommand({ file, seed, intensity, store }: Task, run: number): string {
  const named = store === undefined ? "" : ` --store ${quoted(store)}`;
  const settings = `--seed ${quoted(seed)} --from ${run} --runs 1 --intensity ${intensity}`;
  return `holdfast simulate ${quoted(file)} ${settings}${named}`;
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** On a terminal one line that is drawn again, elsewhere nothing until the end: a run of minutes is not for a log. */
function showProgress(terminal: Terminal, { runs, format }: Options, summary: Summary) {
  const live = terminal.interactive && format === "text";
  const clear = (): void => {
    if (live) terminal.err("\r\x1b[K");
  };
  return {
    draw: () => {
      if (live) terminal.err(`\r\x1b[K  ${summary.runs} of ${runs} runs`);
    },
    clear,
  };
}

function natural(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("it is a whole number.");
}

function positive(text: string): number {
  const number = natural(text);
  if (number > 0) return number;
  throw new InvalidArgumentError("it is a whole number from 1.");
}

function jobsMax(): number {
  return JOBS_PER_PROCESSOR * availableParallelism();
}

function jobs(text: string): number {
  const number = positive(text);
  if (number <= jobsMax()) return number;
  throw new InvalidArgumentError(
    `it is at most ${jobsMax()} on this machine, ${JOBS_PER_PROCESSOR} for each processor that it may use.`,
  );
}
