import type { OperatorRequest } from "../../core/failover/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { DatabaseControl, DatabaseState, DesiredDatabase, Log, LogFields } from "../../ports/index.ts";
import { SimulatedAgent } from "../database/agent.ts";
import type { AgentRules } from "../database/agent-rules.ts";
import type { ServerPorts } from "../database/server.ts";
import { Server } from "../database/server.ts";
import type { SitePorts, SiteProgram, StartSite } from "../site-under-test.ts";
import { SiteClock } from "../time/site-clock.ts";
import type { Transcript } from "../transcript.ts";
import { ClusterAccess } from "./api-server.ts";
import type { ApiServer } from "./api-server.ts";
import type { Machine } from "./machine.ts";
import { Process } from "./process.ts";

const START_CONTROLLER_MS = 300;
const START_AGENT_MS = 150;
/** As the real adapter waits for an agent. */
const AGENT_TIMEOUT_MS = 1_000;
const TO_AGENT_MS = 0.6;

export interface SiteWorld extends ServerPorts {
  readonly apiServers: ReadonlyMap<string, ApiServer>;
  readonly serverAt: (host: string) => Server | undefined;
  readonly startSite: StartSite;
  readonly agentRules?: AgentRules;
  readonly transcript: Transcript | undefined;
  readonly programFailed: (site: string, error: unknown) => void;
}

/** A site with a database: its agent and its program, each in a pod that is started again whenever it ends. */
export class DataSite {
  readonly machine: Machine;
  readonly agent: SimulatedAgent;
  readonly #world: SiteWorld;
  #controller: Process | undefined;
  #program: SiteProgram | undefined;
  /** Replaced, and still going on. */
  #former: Process | undefined;
  /** Each request to the agent takes up to so much longer. */
  slowToAgentMs = 0;

  constructor(machine: Machine, world: SiteWorld) {
    this.machine = machine;
    this.#world = world;
    const server = new Server(machine.name, new Process(world.scheduler), world);
    this.agent = new SimulatedAgent(server, machine.clock, {
      serverAt: world.serverAt,
      note: (text) => world.transcript?.note(machine.name, text),
      ...(world.agentRules && { rules: world.agentRules }),
    });
  }

  get controller(): Process | undefined {
    return this.#controller;
  }

  startAgentLater(ms = START_AGENT_MS): void {
    this.#later(ms, () => {
      if (this.agent.isAlive) return;
      this.agent.server.process = new Process(this.#world.scheduler);
      this.machine.host(this.agent.server.process);
      this.agent.start();
    });
  }

  killAgent(told: boolean): void {
    if (!this.agent.isAlive) return;
    this.machine.forget(this.agent.server.process);
    this.agent.kill(told);
  }

  startControllerLater(ms = START_CONTROLLER_MS): void {
    this.#later(ms, () => {
      if (this.#controller === undefined) this.#startController();
    });
  }

  killController(): void {
    for (const process of [this.#controller, this.#former]) if (process) this.machine.forget(process);
    this.#controller = this.#former = undefined;
  }

  /** The one that runs is given up and not ended. */
  startSecondController(): void {
    if (this.#former) this.machine.forget(this.#former);
    this.#former = this.#controller;
    this.#controller = undefined;
    this.startControllerLater();
  }

  operate(request: OperatorRequest): void {
    this.#controller?.gate.pass(() => {
      this.#world.scheduler.stir();
      this.#program?.operate?.(request);
    });
  }

  #later(ms: number, act: () => void): void {
    const { scheduler, random } = this.#world;
    scheduler.after(random.delay(ms), () => this.machine.system.pass(() => this.machine.isAlive && act()));
  }

  #startController(): void {
    const { scheduler, transcript, startSite, random, programFailed } = this.#world;
    const { name } = this.machine;
    const process = new Process(scheduler);
    this.machine.host(process);
    this.#controller = process;
    transcript?.note(name, "the controller starts");
    const ports: SitePorts = {
      clock: new SiteClock(scheduler, this.machine.clock, process.gate),
      random: random.split(`${name} from ${scheduler.nowMs}`),
      peers: this.#peersFor(process),
      database: this.#databaseFor(process),
      log: this.#log(),
    };
    scheduler.stir();
    // Never aborted: a pod that is killed has no chance to end well, and that is the harder case.
    const failed = (error: unknown): void => {
      if (!process.gate.isDead) programFailed(name, error);
    };
    try {
      const program = startSite(name as SiteName, ports);
      this.#program = program;
      program.run(new AbortController().signal).then(() => failed(new Error("it ended by itself")), failed);
    } catch (error) {
      failed(error);
    }
  }

  #peersFor(process: Process): SitePorts["peers"] {
    const { apiServers, scheduler, network, random } = this.#world;
    const { name } = this.machine;
    const connections = new Map(
      [...apiServers].map(([voter, server]) => [
        voter,
        Promise.resolve(new ClusterAccess(name, process, server, { scheduler, network, random })),
      ]),
    );
    return {
      connect: (voter) => connections.get(voter) ?? Promise.reject(new Error(`${voter} is no voter`)),
    };
  }

  #databaseFor(process: Process): DatabaseControl {
    const { scheduler, random } = this.#world;
    const { agent } = this;
    const error = () => new Error(`the agent failed: no answer within ${AGENT_TIMEOUT_MS} ms`);
    const ask = (signal: AbortSignal, act: () => DatabaseState | string): Promise<DatabaseState> =>
      process.ask<DatabaseState>(signal, { ms: AGENT_TIMEOUT_MS, error }, (answer) => {
        scheduler.after(random.delay(TO_AGENT_MS) + this.#slowness(), () => {
          if (!agent.isAlive) {
            answer.fail(new Error("the agent failed: ECONNREFUSED"));
            return;
          }
          const { gate } = agent.server.process;
          if (!gate.isOpen) answer.silence();
          gate.pass(() => {
            const answered = act();
            scheduler.after(random.delay(TO_AGENT_MS), () => {
              if (typeof answered !== "string") answer.give(answered);
              else answer.fail(new Error(`the agent failed: refused with 409: ${answered}`));
            });
          });
        });
      });
    return {
      state: (signal) => ask(signal, () => agent.state()),
      desire: (desired: DesiredDatabase, signal) => ask(signal, () => agent.desire(desired) ?? agent.state()),
    };
  }

  #slowness(): number {
    return this.slowToAgentMs > 0 ? this.#world.random.between(0, this.slowToAgentMs) : 0;
  }

  #log(): Log {
    const { transcript } = this.#world;
    if (transcript === undefined) return { info: () => undefined, warn: () => undefined };
    const note = (mark: string) => (message: string, fields?: LogFields) =>
      transcript.note(this.machine.name, `${mark} ${message}${describeFields(fields)}`);
    return { info: note("-"), warn: note("!") };
  }
}

function describeFields(fields: LogFields = {}): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return known.length === 0 ? "" : ` (${known.map(([name, value]) => `${name}=${String(value)}`).join(" ")})`;
}
