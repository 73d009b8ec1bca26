import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import type { PocketClusterConfig } from "@holdfast/pocket-cluster";
import { HoldfastError } from "../base/index.ts";
import { distFolder } from "./image-catalogue.ts";
import { killAll, signalAll } from "./processes.ts";

export type SiteState = "starting" | "running" | "frozen" | "down";

const READY_TIMEOUT_MS = 20_000;

/** One site: a process group that can lose its power, freeze and start again. */
export class SiteProcess {
  readonly name: string;
  readonly folder: string;
  readonly #config: PocketClusterConfig;
  readonly #onTrouble: (text: string) => void;
  #process: ChildProcess | undefined;
  #state: SiteState = "down";
  #since = new Date();

  /** `onTrouble` is told in words what happened that nobody asked for. */
  static async prepare(
    folder: string,
    config: PocketClusterConfig,
    onTrouble: (text: string) => void,
  ): Promise<SiteProcess> {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    await writeFile(join(folder, "config.json"), JSON.stringify(config, undefined, 2), { mode: 0o600 });
    return new SiteProcess(config, await realpath(folder), onTrouble);
  }

  private constructor(config: PocketClusterConfig, folder: string, onTrouble: (text: string) => void) {
    this.name = config.name;
    this.folder = folder;
    this.#config = config;
    this.#onTrouble = onTrouble;
  }

  get state(): SiteState {
    return this.#state;
  }

  get since(): Date {
    return this.#since;
  }

  get kubeconfig(): string {
    return join(this.#config.dataDir, "admin.kubeconfig");
  }

  get logFile(): string {
    return join(this.folder, "site.log");
  }

  /** Resolves when the site's API answers. */
  async start(): Promise<void> {
    this.#become("starting");
    const log = openSync(this.logFile, "a", 0o600);
    const child = spawn(
      process.execPath,
      ["--max-semi-space-size=2", join(distFolder(), "pocket-cluster.js"), join(this.folder, "config.json")],
      {
        cwd: this.folder,
        detached: true, // A process group of its own, which the terminal's Ctrl-C does not reach.
        stdio: ["ignore", "pipe", log, "pipe"],
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", POCKET_CLUSTER_PARENT_PIPE: "3" },
      },
    );
    closeSync(log);
    this.#process = child;
    // The parent's end of the pipe: nothing is written; its end tells the site that the supervisor is gone.
    (child.stdio[3] as Writable).on("error", () => undefined);
    child.on("exit", (code, signal) => {
      if (this.#process === child && (this.#state === "running" || this.#state === "frozen"))
        void this.#endedByItself(signal ?? `exit code ${code ?? "?"}`);
    });
    await this.#untilReady(child);
    this.#become("running");
  }

  async kill(): Promise<void> {
    this.#become("down");
    await killAll(this.folder);
  }

  async freeze(): Promise<void> {
    await signalAll(this.folder, "SIGSTOP");
    this.#become("frozen");
  }

  async thaw(): Promise<void> {
    await signalAll(this.folder, "SIGCONT");
    this.#become("running");
  }

  /** Pods must not go on without their cluster: nobody would look after them, and a start would find their ports taken. */
  async #endedByItself(how: string): Promise<void> {
    this.#onTrouble(`its cluster ended by itself (${how}); its log is ${this.logFile}`);
    await this.kill();
  }

  #become(state: SiteState): void {
    this.#state = state;
    this.#since = new Date();
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const failure = await new Promise<string | undefined>((resolve) => {
      const patience = setTimeout(() => resolve(`is not ready after ${READY_TIMEOUT_MS / 1000} s`), READY_TIMEOUT_MS);
      const settle = (reason: string | undefined): void => {
        clearTimeout(patience);
        resolve(reason);
      };
      child.once("error", (error) => settle(error.message));
      child.once("exit", (code, signal) => settle(`ended at its start (${signal ?? `exit code ${code ?? "?"}`})`));
      if (child.stdout === null) {
        settle("has no output");
        return;
      }
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.includes('"ready":true')) settle(undefined);
      });
    });
    if (failure === undefined) return;
    const log = (await readFile(this.logFile, "utf8").catch(() => "")).trimEnd().split("\n").slice(-5).join("\n");
    await this.kill();
    throw new HoldfastError([
      {
        code: "lab-site-failed",
        message: `site ${this.name} ${failure}${log ? `\n${log}` : ""}`,
        hint: `Its log is ${this.logFile}.`,
      },
    ]);
  }
}
