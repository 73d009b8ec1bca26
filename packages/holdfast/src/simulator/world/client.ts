import type { Referee } from "../checks/referee.ts";
import type { Scheduler } from "../time/scheduler.ts";
import type { SeededRandom } from "../time/seeded-random.ts";
import type { Network } from "./network.ts";
import type { DataSite } from "./site.ts";

export interface ClientWorld {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly sites: readonly DataSite[];
  readonly referee: Referee;
}

/** How often it asks somebody else than who answered last: that is how a zombie is found out. */
const ELSEWHERE = 0.15;
const READS = 0.3;

/**
 * A user of the database: writes and reads at whatever database takes it, as seen from one place. It keeps no count of its own: a
 * write counts as acknowledged when the database lets go of it, heard or not, for then somebody may know.
 */
export class Client {
  readonly #place: string;
  readonly #world: ClientWorld;
  readonly #everyMs: number;
  #favourite: DataSite;

  constructor(place: string, everyMs: number, world: ClientWorld) {
    this.#place = place;
    this.#everyMs = everyMs;
    this.#world = world;
    this.#favourite = world.random.pick(world.sites);
    this.#next();
  }

  #next(): void {
    const { scheduler, random, sites } = this.#world;
    scheduler.after(random.between(0.5, 1.5) * this.#everyMs, () => {
      const site = random.chance(ELSEWHERE) ? random.pick(sites) : this.#favourite;
      if (random.chance(READS)) this.#read(site);
      else this.#write(site, sites.length);
      this.#next();
    });
  }

  /** Asks one database after the other until one takes it. */
  #write(site: DataSite, tries: number): void {
    const { network, sites } = this.#world;
    const elsewhere = (): void => {
      if (tries > 1) this.#write(sites[(sites.indexOf(site) + 1) % sites.length] as DataSite, tries - 1);
    };
    const arrive = (): void => {
      if (!site.machine.isAlive || !site.agent.isAlive) elsewhere();
      else {
        site.agent.server.process.gate.pass(() => {
          if (site.agent.server.commit(ignore)) this.#favourite = site;
          else elsewhere();
        });
      }
    };
    if (!network.send(this.#place, site.machine.name, arrive)) elsewhere();
  }

  #read(site: DataSite): void {
    const { network, referee } = this.#world;
    const mustSee = referee.acknowledgedPoints;
    network.send(this.#place, site.machine.name, () => {
      const { server, isAlive } = site.agent;
      if (site.machine.isAlive && isAlive) server.process.gate.pass(() => referee.read(server, mustSee));
    });
  }
}

function ignore(): void {
  // The answer's way back changes nothing: the write has been acknowledged.
}
