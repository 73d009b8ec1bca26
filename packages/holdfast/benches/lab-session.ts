import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LabClient } from "../src/lab/index.ts";
import type { LabStatus, LabVerb } from "../src/lab/index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const command = join(root, "packages/holdfast/bin/holdfast.js");

const POLL_MS = 50;

export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A lab as a user has it: through the command, in a state folder of its own beside any lab of this user's. */
export class LabSession {
  readonly folder: string;
  readonly port: number;
  readonly file: string;

  static async create(options: {
    readonly port: number;
    readonly file?: string;
    readonly folder?: string;
  }): Promise<LabSession> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "holdfast-lab-")));
    return new LabSession(folder, options.port, options.file ?? join(root, "examples/ratings/holdfast.yaml"));
  }

  private constructor(folder: string, port: number, file: string) {
    this.folder = folder;
    this.port = port;
    this.file = file;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, HOLDFAST_LAB_DIR: this.folder, NO_COLOR: "1" };
  }

  /** Runs `holdfast ARGS`; never rejects. */
  run(...args: readonly string[]): Promise<CommandOutcome> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [command, ...args],
        { env: this.environment, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
        },
      );
    });
  }

  /** Runs it and expects exit code 0 and JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const outcome = await this.run(...args, "--format", "json");
    if (outcome.exitCode !== 0)
      throw new Error(`holdfast ${args.join(" ")}: exit ${outcome.exitCode}\n${outcome.stdout}\n${outcome.stderr}`);
    return JSON.parse(outcome.stdout) as T;
  }

  up(...extra: readonly string[]): Promise<LabStatus> {
    return this.json<LabStatus>("lab", "up", this.file, "--detach", "--port", String(this.port), ...extra);
  }

  /** In the foreground, as `npm start`; the caller ends it. */
  upInForeground(): ReturnType<typeof spawn> {
    return spawn(process.execPath, [command, "lab", "up", this.file, "--port", String(this.port)], {
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Asked of the supervisor itself: a command for each look would take more of the machine than the lab. */
  status(): Promise<LabStatus> {
    return new LabClient(this.environment).status();
  }

  /** Asked of the supervisor itself: a command that starts would take the machine from what is to be measured. */
  async inflict(verb: LabVerb, ...sites: readonly string[]): Promise<void> {
    await new LabClient(this.environment).order(verb, sites);
  }

  order(...args: readonly string[]): Promise<{ readonly text: string; readonly tookMs?: number }> {
    return this.json("lab", ...args);
  }

  /** Resolves with the first status that fulfils the condition. */
  async until(condition: (status: LabStatus) => boolean, timeoutMs = 20_000): Promise<LabStatus> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const status = await this.status();
      if (condition(status)) return status;
      if (performance.now() > deadline)
        throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(status, undefined, 2)}`);
      await sleep(POLL_MS);
    }
  }

  /** Resolves when the condition has been true at every look for `forMs`. */
  async untilSteady(condition: (status: LabStatus) => boolean, forMs: number, timeoutMs = 60_000): Promise<void> {
    let since = performance.now();
    await this.until((status) => {
      const now = performance.now();
      if (!condition(status)) since = now;
      return now - since >= forMs;
    }, timeoutMs);
  }

  /** Every standby of every store has everything, and every pod is ready. */
  untilWhole(timeoutMs = 30_000): Promise<LabStatus> {
    return this.until(
      (status) =>
        status.sites.every(
          (site) => site.state === "running" && site.pods.length > 0 && site.pods.every((pod) => pod.ready),
        ) &&
        status.stores.every(
          ({ durability, syncStandbys, sites }) =>
            durability === "replicated" && syncStandbys.length === sites.length - 1 && sites.length > 1,
        ),
      timeoutMs,
    );
  }

  async down(): Promise<void> {
    await this.run("lab", "down");
  }

  async dispose(): Promise<void> {
    await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }
}
