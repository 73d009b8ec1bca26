import { Gate } from "../time/gate.ts";
import type { Scheduler } from "../time/scheduler.ts";
import type { MachineClock } from "../time/site-clock.ts";
import type { Process } from "./process.ts";

/** A site as a machine: power, one freeze for everything on it, and a clock. */
export class Machine {
  readonly name: string;
  readonly clock: MachineClock;
  /** Everything of the site that is not a program under test or a database: its API server, and starting things. */
  readonly system = new Gate();
  readonly #scheduler: Scheduler;
  readonly #gates = new Set<Gate>([this.system]);
  #frozen = 0;
  isAlive = true;

  constructor(name: string, clock: MachineClock, scheduler: Scheduler) {
    this.name = name;
    this.clock = clock;
    this.#scheduler = scheduler;
  }

  get isFrozen(): boolean {
    return this.#frozen > 0;
  }

  /** A process that is started now shares the machine's freezes from now on. */
  host({ gate }: Process): void {
    this.#gates.add(gate);
    for (let times = 0; times < this.#frozen; times++) gate.shut();
  }

  forget({ gate }: Process): void {
    gate.kill();
    this.#gates.delete(gate);
  }

  freeze(): void {
    this.#frozen += 1;
    for (const gate of this.#gates) gate.shut();
  }

  thaw(): void {
    if (this.#frozen === 0) return;
    this.#frozen -= 1;
    for (const gate of [...this.#gates]) gate.open(this.#scheduler.nowMs);
  }
}
