import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { AgentState, DesiredState, WritableUntil } from "../../packages/postgres-agent/src/contract.ts";

export const SECRETS = {
  OWNER_PASSWORD: "Owner:pass\\word'1",
  SUPERUSER_PASSWORD: "Superuser-pass-2",
  REPLICATION_PASSWORD: "Replication:pass\\3",
  AGENT_TOKEN: "agent-token-4",
};

/** What ships, unless POSTGRES_AGENT names another bundle. */
const bundle =
  process.env["POSTGRES_AGENT"] ?? join(import.meta.dirname, "../../packages/holdfast/dist/postgres-agent.js");

/** A few agents with their servers as real processes, each on its own loopback address. */
export class AgentFleet {
  readonly folder = mkdtempSync(join(tmpdir(), "postgres-agents-"));
  readonly #agents: AgentProcess[] = [];
  readonly #network = `127.70.${10 + (process.pid % 200)}`;

  constructor() {
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run "npm run build" first`);
    // A pod's folder can be reached by the user that a root agent runs PostgreSQL as.
    chmodSync(this.folder, 0o755);
  }

  async add(name: string, environment: Record<string, string> = {}): Promise<AgentProcess> {
    const agent = new AgentProcess(name, `${this.#network}.${this.#agents.length + 1}`, this.folder, environment);
    this.#agents.push(agent);
    await agent.start();
    return agent;
  }

  get logs(): string {
    return this.#agents.map((agent) => agent.log).join("");
  }

  /** Command lines of every process that stands in one of the data folders. */
  commandLines(): readonly string[] {
    return processesIn(this.folder).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class AgentProcess {
  readonly name: string;
  readonly address: string;
  readonly dataFolder: string;
  log = "";
  readonly #counted = new Map<string, number>();
  #child: ChildProcess | undefined;

  readonly #environment: Record<string, string>;

  constructor(name: string, address: string, folder: string, environment: Record<string, string>) {
    this.#environment = environment;
    this.name = name;
    this.address = address;
    this.dataFolder = join(folder, name);
  }

  get upstream(): { host: string; port: number } {
    return { host: this.address, port: 5432 };
  }

  async start(): Promise<void> {
    this.#child = this.#spawn({});
    await this.until("its agent answers", () => true);
  }

  /** Starts it with settings that it cannot take; answers what it said. */
  async refuses(environment: Record<string, string>): Promise<string> {
    const before = this.log.length;
    const [code] = (await once(this.#spawn(environment), "close")) as [number];
    if (code !== 2) throw new Error(`it ended with code ${code}`);
    return this.log.slice(before);
  }

  #spawn(environment: Record<string, string>): ChildProcess {
    const child = spawn(process.execPath, [bundle], {
      env: {
        PATH: process.env["PATH"] ?? "",
        DATA_DIR: this.dataFolder,
        NODE_NAME: this.name,
        LISTEN_ADDRESS: this.address,
        DATABASE: "ratings",
        OWNER: "ratings",
        ...SECRETS,
        ...this.#environment,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
    return child;
  }

  /** Waits until it has logged this, once more than it was waited for before. */
  async untilLogged(message: string): Promise<void> {
    const count = (): number => this.log.split(`"msg":"${message}"`).length;
    const before = this.#counted.get(message) ?? 1;
    while (count() <= before) await sleep(5);
    this.#counted.set(message, count());
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    token = SECRETS.AGENT_TOKEN,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://${this.address}:8432${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async desire(role: DesiredState["role"], term: number, more: Partial<DesiredState> = {}): Promise<void> {
    const answer = await this.call("PUT", "/v1/desired", { role, term, syncStandbys: [], standbys: [], ...more });
    if (answer.status !== 202)
      throw new Error(`${this.name} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /** Tells it what to be and waits until it is. */
  async become(role: DesiredState["role"], term: number, more: Partial<DesiredState> = {}): Promise<AgentState> {
    await this.desire(role, term, more);
    return await this.until(
      `it is ${role}`,
      (state) => state.role === role && state.reason === "" && (role !== "standby" || state.streaming === true),
    );
  }

  /** A lease that ends that many milliseconds after the agent said what its clock shows. */
  async leaseFor(ms: number): Promise<WritableUntil> {
    const { clock } = await this.state();
    return { clock: clock.id, untilMs: clock.nowMs + ms };
  }

  async state(): Promise<AgentState> {
    return (await this.call("GET", "/v1/state")).body as AgentState;
  }

  async until(what: string, holds: (state: AgentState) => boolean, withinMs = 60_000): Promise<AgentState> {
    const deadline = performance.now() + withinMs;
    let last: unknown;
    while (performance.now() < deadline) {
      try {
        const state = await this.state();
        if (holds(state)) return state;
        last = state;
      } catch (error) {
        last = error;
      }
      await sleep(10);
    }
    throw new Error(
      `${this.name}: not within ${withinMs} ms: ${what}; last: ${JSON.stringify(last)}\n${this.log.slice(-3000)}`,
    );
  }

  async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      host: this.address,
      port: 5432,
      user: "ratings",
      password: SECRETS.OWNER_PASSWORD,
      database: "ratings",
      connectionTimeoutMillis: 5_000,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = await this.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async count(table: string): Promise<number> {
    const [row] = await this.query(`select count(*)::int as rows from ${table}`);
    return row?.["rows"] as number;
  }

  /** Every process of the agent and its server: each stands in the data folder or below. */
  processes(): readonly number[] {
    return processesIn(this.dataFolder);
  }

  postmaster(): number {
    return running(Number(readFileSync(join(this.dataFolder, "data/postmaster.pid"), "utf8").split("\n")[0]));
  }

  /** Stops every process where it is, as when the whole machine is frozen; the server first, so that the agent does not see it. */
  freeze(): void {
    for (const pid of [...this.#serverProcesses(), this.#agent()]) process.kill(pid, "SIGSTOP");
  }

  /** Lets the agent go on, or all. */
  thaw(who: "agent" | "all"): void {
    const pids = who === "agent" ? [this.#agent()] : [this.#agent(), ...this.#serverProcesses()];
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }

  #agent(): number {
    return running(this.#child?.pid);
  }

  #serverProcesses(): readonly number[] {
    return this.processes().filter((pid) => pid !== this.#child?.pid);
  }

  killAgent(): void {
    this.#child?.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }

  async untilNoProcesses(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.processes().length > 0) {
      if (performance.now() > deadline)
        throw new Error(`${this.name}: processes are left: ${this.processes().join(", ")}`);
      await sleep(10);
    }
  }
}

/** The number of a process that may get a signal: of 0, kill(2) takes all of the caller's group, the test run itself. */
function running(pid: number | undefined): number {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 1) throw new Error(`no process: ${pid}`);
  return pid;
}

function processesIn(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return cwd === folder || cwd.startsWith(`${folder}/`);
      } catch {
        return false;
      }
    });
}
