import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerLog } from "./container-log.ts";
import { isBelow, killProcesses } from "./processes.ts";

export interface ProcessPlan {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Below the container's own folder or in one of its volumes. */
  readonly workingFolder: string;
  /** Everything that works here belongs to this container. */
  readonly ownFolder: string;
  /** Folders that other containers may work in too: volumes. */
  readonly sharedFolders: readonly string[];
  /** Every process of the site works below it. */
  readonly siteFolder: string;
  /** How much nicer than the site's own process, as of nice(1): 0 comes first. */
  readonly niceness: number;
}

export interface ProcessExit {
  /** As a shell counts: 128 + the signal's number. */
  readonly exitCode: number;
  readonly signal?: number;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** One run of a container's program. */
export class ContainerProcess {
  readonly pid: number;
  /** Resolves when the program and everything that it left behind are gone and its output is written. */
  readonly exited: Promise<ProcessExit>;
  readonly #child: ChildProcess;

  /** Resolves once the program runs; rejects when it cannot (no such program). */
  static async start(plan: ProcessPlan, log: ContainerLog): Promise<ContainerProcess> {
    const [program, ...args] = plan.command;
    // Not detached: a site is one process group, and dies as one.
    const child = spawn(program, args, {
      cwd: plan.workingFolder,
      env: { ...plan.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    giveWay(child.pid, plan.niceness);
    return new ContainerProcess(child, plan, log);
  }

  private constructor(child: ChildProcess, plan: ProcessPlan, log: ContainerLog) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.on("error", () => undefined); // A signal that could not be sent: the process is gone, which `exit` tells.
    const outputs = [pump(child.stdout, "stdout", log), pump(child.stderr, "stderr", log)];
    this.exited = new Promise<ProcessExit>((resolve) =>
      child.once("exit", (code, signal) => resolve(exitOf(code, signal))),
    ).then(async (exit) => {
      await killLeftovers(plan);
      // With everything dead the pipes end by themselves; the limit is for one inherited by what is not ours.
      await Promise.race([Promise.all(outputs), sleep(500, undefined, { ref: false })]);
      child.stdout?.destroy();
      child.stderr?.destroy();
      await log.end();
      return exit;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** A program that ended at once needs no niceness, and one that keeps its own still runs. */
function giveWay(pid: number | undefined, niceness: number): void {
  if (pid === undefined || niceness === 0) return;
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness));
  } catch {
    // Told above.
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): ProcessExit {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = SIGNAL_NUMBERS[signal] ?? 0;
  return { exitCode: 128 + number, signal: number };
}

async function pump(output: Readable | null, stream: "stdout" | "stderr", log: ContainerLog): Promise<void> {
  if (output === null) return;
  output.setEncoding("utf8");
  try {
    for await (const chunk of output) if (!log.write(stream, chunk as string)) await log.drained();
  } catch {
    // The pipe was destroyed: whoever held it open outlived the container.
  }
}

/**
 * A real container takes its whole process tree along. Here the program's children live on without it, so what still works in the
 * container's folder dies; in a shared volume only what lost its parent does, as another container's processes have theirs.
 */
async function killLeftovers({ ownFolder, sharedFolders, siteFolder }: ProcessPlan): Promise<void> {
  await killProcesses(siteFolder, ({ folder, parent }, all) => {
    if (isBelow(folder, ownFolder)) return true;
    return sharedFolders.some((shared) => isBelow(folder, shared)) && parent !== process.pid && !all.has(parent);
  }).catch(() => undefined); // In uninterruptible sleep; the next start of the site tries again.
}
