import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fleetOf, filesOf } from "./fleets.ts";

/** A secret as the pipeline would give it: it may be in no file, and in no process's arguments but where AKS Engine forces it. */
export const CLIENT_SECRET = "the-client-secret";
/** What the stand-in for AKS Engine writes where the real one writes private keys. */
export const PRIVATE_KEY = "THE-PRIVATE-KEY";

export const ids = {
  subscription: "11111111-2222-3333-4444-555555555555",
  client: "66666666-7777-8888-9999-aaaaaaaaaaaa",
  tenant: "bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
};

const stubs = join(dirname(fileURLToPath(import.meta.url)), "bin");

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * Rendered scripts on a machine where `aks-engine-azurestack`, `az` and `age` are stand-ins that record how they were called.
 * `memory` is the only folder in tmpfs, `state` is on disk.
 */
export class Sandbox {
  readonly #root = mkdtempSync(join(tmpdir(), "holdfast-aks-"));
  readonly memory = mkdtempSync("/dev/shm/holdfast-aks-");
  readonly state = join(this.#root, "state");
  readonly #record = join(this.#root, "record");
  readonly #processes: ChildProcess[] = [];

  constructor(fleetText: string) {
    mkdirSync(this.#record);
    this.file("identity.txt", "AGE-SECRET-KEY-OF-NOBODY");
    this.render(fleetText);
  }

  /** Renders again, as an operator does after a change of the fleet file. */
  render(fleetText: string): void {
    for (const { path, content, executable } of filesOf(fleetOf(fleetText))) {
      const file = this.path(path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, executable === true ? 0o755 : 0o644);
    }
  }

  path(name: string): string {
    return join(this.#root, "rendered", name);
  }

  file(name: string, content: string): string {
    const file = join(this.#root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** A release as the project publishes it, with the stand-in as its program. */
  engineArchive(): string {
    const archive = join(this.#root, "aks-engine.tar.gz");
    execFileSync("tar", ["-C", stubs, "-czf", archive, "aks-engine-azurestack"]);
    return archive;
  }

  start(script: string, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Running {
    // A group of its own, as a terminal gives it one: Ctrl-C reaches the script and what it started.
    const child = spawn(this.path(script), args, {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...this.#environment(), ...environment },
    });
    this.#processes.push(child);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) => {
      child.on("exit", (code) => {
        // What the script started may keep the pipe open.
        setTimeout(() => {
          resolve({ code, stderr });
        }, 20);
      });
    });
    return { process: child, ended };
  }

  async run(
    script: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    return this.start(script, args, environment).ended;
  }

  /** Arguments of each call since the last look, without what only asks for a version. */
  calls(tool: "engine" | "az" | "age"): string[][] {
    const file = join(this.#record, tool);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    return text
      .split("\u0004")
      .filter((call) => call !== "")
      .map((call) => call.split("\u001f").slice(0, -1))
      .filter(([command]) => command !== "version");
  }

  /** What came to `az` on its standard input. */
  get azInput(): string {
    return readFileSync(join(this.#record, "az-input"), "utf8");
  }

  async until(condition: () => boolean): Promise<void> {
    for (let tries = 0; !condition(); tries += 1) {
      if (tries > 500) throw new Error("nothing happened for 10 seconds");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** AKS Engine wrote its output and is at work on the Hub. */
  get engineIsBusy(): boolean {
    return existsSync(join(this.#record, "busy"));
  }

  enginePid(): number {
    const pid = Number(readFileSync(join(this.#record, "busy"), "utf8"));
    // Of 0, kill(2) takes all of the caller's process group: the test run itself.
    if (!Number.isInteger(pid) || pid <= 1) throw new Error(`no process: ${pid}`);
    return pid;
  }

  /** Ends the stand-in as the kernel does when memory is short; nothing when it ended by itself, and its number is another's. */
  killEngine(): void {
    const pid = this.enginePid();
    try {
      if (readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.#record)) process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }

  /** Files whose content has the text, of all that is on disk or in memory. */
  filesWith(text: string, folders: readonly string[] = [this.memory, this.state]): string[] {
    return folders
      .filter((folder) => existsSync(folder))
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name)),
      )
      .filter((file) => readFileSync(file, "utf8").includes(text));
  }

  generations(fleetAndSite: string): string[] {
    const folder = join(this.state, fleetAndSite);
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".tar.age")) : [];
  }

  leftovers(): string[] {
    return readdirSync(this.memory, { recursive: true, encoding: "utf8" }).map((name) => relative(this.memory, name));
  }

  close(): void {
    for (const { pid, exitCode } of this.#processes) {
      if (pid === undefined || exitCode !== null) continue;
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    if (this.engineIsBusy) this.killEngine();
    for (const folder of [this.#root, this.memory]) rmSync(folder, { recursive: true, force: true });
  }

  #environment(): Record<string, string> {
    return {
      PATH: `${stubs}:${process.env["PATH"] ?? ""}`,
      HOME: this.#root,
      RECORD: this.#record,
      PRIVATE_KEY,
      HOLDFAST_STATE_DIR: this.state,
      HOLDFAST_WORK_DIR: this.memory,
      HOLDFAST_CHECKPOINT_SECONDS: "0.1",
      HOLDFAST_AGE_IDENTITY: join(this.#root, "identity.txt"),
      AZURE_SUBSCRIPTION_ID: ids.subscription,
      AZURE_CLIENT_ID: ids.client,
      AZURE_TENANT_ID: ids.tenant,
      AZURE_CLIENT_SECRET: CLIENT_SECRET,
    };
  }
}
