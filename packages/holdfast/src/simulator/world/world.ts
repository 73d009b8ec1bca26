import { Referee } from "../checks/referee.ts";
import type { SimulatedAgent } from "../database/agent.ts";
import type { AgentRules } from "../database/agent-rules.ts";
import type { StartSite } from "../site-under-test.ts";
import type { Drain } from "../time/scheduler.ts";
import { Scheduler } from "../time/scheduler.ts";
import { SeededRandom } from "../time/seeded-random.ts";
import { MachineClock } from "../time/site-clock.ts";
import { Transcript } from "../transcript.ts";
import { ApiServer } from "./api-server.ts";
import { Client } from "./client.ts";
import { LeanConfigMaps } from "./config-maps.ts";
import type { MakeConfigMaps } from "./config-maps.ts";
import { Machine } from "./machine.ts";
import { Network } from "./network.ts";
import type { Setup } from "./setup.ts";
import { DataSite } from "./site.ts";

export interface WorldOptions {
  readonly setup: Setup;
  readonly startSite: StartSite;
  /** Absent: those of the real agent. */
  readonly agentRules?: AgentRules;
  readonly seed: string;
  readonly drain: Drain;
  readonly recording: boolean;
  readonly lossAccepted: boolean;
  /** What the voters keep their objects in; absent: the quick one. */
  readonly makeConfigMaps?: MakeConfigMaps;
}

/** Where a client is that reaches every site over the Internet, whatever becomes of the links between them. */
const OUTSIDE = "outside";
const OUTSIDE_MS = 8;
const CLIENT_EVERY_MS = 100;
const LOOK_EVERY_MS = 100;
/** Crystals in machines are good to 100 ppm; we ask for a hundred times as much. */
const DRIFT = 0.01;

/** One world of one run: machines, what is between them, and who uses them. Nothing in it knows of another. */
export class World {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly transcript: Transcript | undefined;
  readonly referee: Referee;
  readonly machines = new Map<string, Machine>();
  readonly apiServers = new Map<string, ApiServer>();
  readonly sites = new Map<string, DataSite>();

  constructor(options: WorldOptions) {
    const { setup, startSite, agentRules, seed, drain, recording, lossAccepted, makeConfigMaps } = options;
    const scheduler = (this.scheduler = new Scheduler(drain));
    const root = (this.random = new SeededRandom(seed));
    const nowMs = (): number => scheduler.nowMs;
    this.transcript = recording ? new Transcript(nowMs) : undefined;
    const latencyMs = (a: string, b: string): number =>
      a === OUTSIDE || b === OUTSIDE ? OUTSIDE_MS : setup.latencyMs(a, b);
    this.network = new Network(scheduler, root.split("network"), [...setup.voters, OUTSIDE], latencyMs);
    const databases = new Map<string, SimulatedAgent>();
    const { ttlMs, replicated } = setup;
    const { transcript } = this;
    const onViolation = (): void => scheduler.stop();
    this.referee = new Referee({ nowMs, databases, ttlMs, replicated, lossAccepted, transcript, onViolation });

    const clocks = root.split("clocks");
    for (const voter of setup.voters) {
      const clock = new MachineClock(scheduler, clocks.between(1e4, 1e8), 1 + clocks.between(-DRIFT, DRIFT));
      const machine = new Machine(voter, clock, scheduler);
      const make = makeConfigMaps ?? ((environment) => new LeanConfigMaps(environment));
      this.machines.set(voter, machine);
      this.apiServers.set(voter, new ApiServer(machine, make, root.split(`objects of ${voter}`)));
    }
    for (const name of setup.sites) {
      const site = new DataSite(this.#machine(name), {
        scheduler,
        network: this.network,
        random: root.split(name),
        watcher: this.referee,
        apiServers: this.apiServers,
        serverAt: (host) => databases.get(setup.siteByHost.get(host) ?? "")?.server,
        startSite,
        ...(agentRules && { agentRules }),
        transcript,
        programFailed: (where, error) => {
          const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
          this.referee.fail("program-failed", `the program of ${where} ended: ${reason}`);
        },
      });
      this.sites.set(name, site);
      databases.set(name, site.agent);
      site.startAgentLater();
      site.startControllerLater();
    }
    const random = root.split("clients");
    const world = { scheduler, network: this.network, random, sites: [...this.sites.values()], referee: this.referee };
    for (const place of [...setup.sites, OUTSIDE]) new Client(place, CLIENT_EVERY_MS, world);
    this.#look();
  }

  #machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`${name} has a database and no vote`);
    return machine;
  }

  #look(): void {
    this.scheduler.after(LOOK_EVERY_MS, () => {
      this.referee.look();
      this.#look();
    });
  }
}
