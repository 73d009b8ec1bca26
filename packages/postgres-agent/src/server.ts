import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ServerLog, type Log } from "./log.ts";
import { killServerProcesses, sendSignal, sessionsOf } from "./processes.ts";
import { commandLine, type RunAs } from "./run-as.ts";

/** The server gets none of the agent's environment: that is where the agent's secrets are. */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };

/** Milliseconds that a server may take to end when it is told to end at once; one that is well takes a few. */
const ABORT_WITHIN_MS = 500;

interface Running {
  readonly pid: number;
  /** Resolves when the postmaster and all of its children are gone. */
  readonly gone: Promise<void>;
  /** Did it exit without being asked? */
  stopping: boolean;
}

/** One PostgreSQL server process on a data folder: starts it, ends it, tells when it ended by itself. */
export class PostgresServer {
  readonly #folder: string;
  readonly #runAs: RunAs;
  readonly #log: Log;
  readonly #messages: ServerLog;
  readonly #onExit: () => void;
  #running: Running | undefined;
  #starts = 0;
  #lastWords = "";

  constructor(folder: string, runAs: RunAs, log: Log, onExit: () => void) {
    this.#folder = folder;
    this.#runAs = runAs;
    this.#log = log;
    this.#messages = new ServerLog(log);
    this.#onExit = onExit;
  }

  get lives(): boolean {
    return this.#running !== undefined;
  }

  /** Counts the starts: what was learnt from a server does not hold for the next. */
  get starts(): number {
    return this.#starts;
  }

  /** What it said last before it ended by itself, if that tells why; until it is settled again. */
  get lastWords(): string {
    return this.#lastWords;
  }

  forgetLastWords(): void {
    this.#lastWords = "";
  }

  /** Would it start in recovery, that is read-only? Decided by a file that PostgreSQL itself looks for, and removes at promotion. */
  get markedForRecovery(): boolean {
    return existsSync(join(this.#folder, "standby.signal"));
  }

  /** Ends what an earlier agent left behind (it may have been killed), so that the folder is surely nobody's. */
  async clearOrphans(): Promise<void> {
    const killed = await killServerProcesses(this.#folder);
    if (killed > 0) this.#log.warn({ processes: killed }, "ended the server that an earlier agent left behind");
    // Where processes can be listed, nobody holds the lock now; its number may by now be another program's.
    if (process.platform === "linux") await rm(join(this.#folder, "postmaster.pid"), { force: true });
  }

  /** Returns when the process runs; whether it answers is for a session to find out. The signal forbids what was not begun. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) throw new Error("the server runs already");
    await this.clearOrphans();
    signal.throwIfAborted();
    const { command, args } = commandLine(this.#runAs, "postgres", ["-D", this.#folder]);
    const child = spawn(command, args, {
      cwd: this.#folder,
      env: SERVER_ENVIRONMENT,
      stdio: ["ignore", "ignore", "pipe"],
      ...(this.#runAs.owner ?? {}),
    });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    const pid = child.pid ?? 0;
    createInterface({ input: child.stderr }).on("line", (line) => this.#messages.take(line, performance.now()));
    const watcher = watchOver(pid, this.#folder);
    const running: Running = { pid, stopping: false, gone: this.#whenGone(child, watcher) };
    this.#running = running;
    this.#starts += 1;
    this.#log.info({ pid, recovery: this.markedForRecovery }, "started the server");
  }

  async #whenGone(child: ChildProcess, watcher: ChildProcess): Promise<void> {
    const how = await new Promise<string>((resolve) =>
      child.once("exit", (code, name) => resolve(name ?? `code ${code ?? 0}`)),
    );
    watcher.stdin?.end("\n");
    // A killed postmaster leaves its children for a second or two, and they go on answering.
    await killServerProcesses(this.#folder);
    const asked = this.#running?.stopping ?? false;
    this.#running = undefined;
    const words = this.#messages.takeLastWords();
    if (asked) this.#log.info({ how }, "the server stopped");
    else {
      this.#log.error({ how }, "the server ended by itself");
      this.#lastWords = words;
    }
    this.#onExit();
  }

  /** Reads its settings again. */
  reload(): void {
    if (this.#running !== undefined) sendSignal(this.#running.pid, "SIGHUP");
  }

  /**
   * The first moment of a stop, for whoever can not wait for its turn: no new sessions, and those that there are end before their next
   * statement. They are told directly, not only by the postmaster: after a freeze of all, a session may come to a statement
   * that waits for it before the postmaster comes to a signal.
   */
  beginStop(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.stopping = true;
    sendSignal(running.pid, "SIGINT");
    for (const pid of sessionsOf(running.pid)) sendSignal(pid, "SIGTERM");
  }

  /**
   * Ends every session at once (nothing that waits for a standby is acknowledged), then writes a checkpoint and sends the
   * standbys the rest; when that takes longer than `withinMs`, ends without, and the next start replays the WAL.
   */
  async stop(withinMs: number): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.beginStop();
    if (await settlesWithin(running.gone, withinMs)) return;
    sendSignal(running.pid, "SIGQUIT");
    if (await settlesWithin(running.gone, ABORT_WITHIN_MS)) return;
    this.#log.warn("the server does not stop: killing it");
    sendSignal(running.pid, "SIGKILL");
    await running.gone;
  }
}

/**
 * The server must not outlive an agent that is killed: nobody would fence it. A shell holds the other end of a pipe; a line on
 * it says that the server has ended, its closing that the agent is gone, and then the server is told to end at once.
 */
function watchOver(pid: number, folder: string): ChildProcess {
  const watcher = spawn("/bin/sh", ["-c", WATCH, "postgres-watcher", String(pid)], {
    cwd: join(folder, ".."),
    env: SERVER_ENVIRONMENT,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => undefined).unref();
  watcher.stdin.on("error", () => undefined);
  return watcher;
}

/** Signals to the whole process group are for the agent, which then stops the server; the watcher is there for the time after. */
const WATCH = `trap "" INT TERM HUP; read -r _ || kill -QUIT "$1"`;

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return await Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
