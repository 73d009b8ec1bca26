import type { Scheduler } from "../time/scheduler.ts";
import type { SeededRandom } from "../time/seeded-random.ts";
import type { Network } from "../world/network.ts";
import type { Process } from "../world/process.ts";
import { beginningOf, includes, newDatabase, promoted } from "./history.ts";
import type { History } from "./history.ts";
import { Stream } from "./stream.ts";
import type { StreamEnd } from "./stream.ts";

export interface ServerPorts {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly watcher: DatabaseWatcher;
}

/** Who watches over what databases do: the checkers. */
export interface DatabaseWatcher {
  acknowledged(server: Server, upTo: History, waitedFor: readonly string[]): void;
  promoted(server: Server): void;
  /** A clone has taken the place of what was there. */
  replaced(server: Server, before: History): void;
}

interface Waiting {
  readonly record: number;
  readonly acknowledge: () => void;
}

const FLUSH_MS = 0.8;
/** By then all processes of a server have taken a list that is in effect, as it says itself, since the beginning of that. */
const RELOAD_MS = 100;

/**
 * A PostgreSQL server as far as replication goes: what is on its disk, who streams from it, and which commits wait for whom. It is in
 * recovery or writable; it knows nothing of terms and leases, which are the agent's.
 */
export class Server implements StreamEnd {
  readonly name: string;
  readonly ports: ServerPorts;
  readonly #streams: Stream[] = [];
  #waiting: Waiting[] = [];
  #waitedFor: readonly string[] = [];
  #written = 0;
  #flushing = false;
  #starts = 0;
  /** Of the agent and the server: they share a container. */
  process: Process;
  /** On disk. */
  history: History | undefined;
  /** Would it start in recovery? On disk, too. */
  inRecovery = true;
  state: "stopped" | "starting" | "running" = "stopped";
  promoting = false;
  diskFull = false;
  /** What commits wait for, as the server says it; all of its processes do so a little later. */
  syncStandbys: readonly string[] = [];
  /** Who may stream from it. */
  standbys: readonly string[] = [];
  upstream: Stream | undefined;
  /** When it last began to answer queries. */
  answersSinceMs = 0;

  constructor(name: string, process: Process, ports: ServerPorts) {
    this.name = name;
    this.process = process;
    this.ports = ports;
  }

  get flushed(): number {
    return this.history?.length ?? 0;
  }

  get isWritable(): boolean {
    return this.state === "running" && !this.inRecovery;
  }

  /** Does every process of it go by the list that it shows? */
  get isTakenByAll(): boolean {
    return this.#waitedFor === this.syncStandbys;
  }

  get streams(): readonly Stream[] {
    return this.#streams;
  }

  /** Something this run of the server does a little later: not while it is frozen, and not if it ended meanwhile. */
  after(ms: number, act: () => void): void {
    const run = this.#starts;
    const { gate } = this.process;
    this.ports.scheduler.after(ms, () => gate.pass(() => run === this.#starts && this.state === "running" && act()));
  }

  initialize(): void {
    this.history = newDatabase();
    this.inRecovery = false;
  }

  run(): void {
    this.state = "running";
    this.#starts += 1;
    this.#waitedFor = this.syncStandbys;
    for (const stale of [...this.#streams]) stale.break();
    this.#written = this.flushed;
    this.#flushing = false;
    this.answersSinceMs = this.ports.scheduler.nowMs;
  }

  /** Ends, orderly or not: what was not on disk is lost, and no waiting commit is acknowledged. `told`: partners learn of it. */
  end(told: boolean): void {
    this.state = "stopped";
    this.promoting = false;
    this.#starts += 1;
    this.#waiting = [];
    const { upstream } = this;
    this.upstream = undefined;
    for (const stream of [...this.#streams, ...(upstream ? [upstream] : [])]) {
      if (told) stream.break();
      else stream.hang();
    }
  }

  promote(): void {
    const { history } = this;
    if (history === undefined) throw new Error("nothing to promote");
    this.promoting = false;
    this.inRecovery = false;
    this.history = promoted(history);
    this.#written = this.history.length;
    this.ports.watcher.promoted(this);
  }

  /** A new copy takes the place of what was there. */
  replaceBy(history: History): void {
    const before = this.history;
    this.history = history;
    this.inRecovery = true;
    if (before) this.ports.watcher.replaced(this, before);
  }

  /** Answers false where it does not take writes. A commit that is never acknowledged has an unknown outcome. */
  commit(acknowledge: () => void): boolean {
    if (!this.isWritable || this.diskFull) return false;
    this.#written += 1;
    this.#waiting.push({ record: this.#written, acknowledge });
    if (!this.#flushing) this.#flush();
    return true;
  }

  setSyncStandbys(names: readonly string[]): void {
    this.syncStandbys = names;
    this.after(this.ports.random.between(0, RELOAD_MS), () => {
      // Whatever it is by then: a process reads the file when it gets to it.
      this.#waitedFor = this.syncStandbys;
      this.release();
    });
  }

  /** Acknowledges what waits for nobody any more. */
  release(): void {
    const { history } = this;
    if (!this.isWritable || history === undefined || this.#waiting.length === 0) return;
    let upTo = this.flushed;
    for (const name of this.#waitedFor) {
      const stream = this.#streams.find((each) => each.standby.name === name);
      upTo = Math.min(upTo, stream?.confirmed ?? 0);
    }
    const waiting = this.#waiting;
    let count = 0;
    while (count < waiting.length && (waiting[count] as Waiting).record <= upTo) count += 1;
    if (count === 0) return;
    const released = waiting.splice(0, count);
    const last = released[count - 1] as Waiting;
    this.ports.watcher.acknowledged(this, beginningOf(history, last.record), this.#waitedFor);
    for (const { acknowledge } of released) acknowledge();
  }

  /** A standby asks for what comes after its own history. */
  attach(standby: Server): Stream | undefined {
    const { history } = this;
    if (!this.isWritable || !this.process.gate.isOpen || history === undefined || standby.history === undefined)
      return undefined;
    if (!this.standbys.includes(standby.name) || !includes(history, standby.history)) return undefined;
    for (const stale of this.#streams.filter((each) => each.standby === standby)) stale.break();
    const stream = new Stream(this, standby, standby.flushed);
    this.#streams.push(stream);
    standby.upstream = stream;
    return stream;
  }

  detach(stream: Stream): void {
    const index = this.#streams.indexOf(stream);
    if (index >= 0) this.#streams.splice(index, 1);
  }

  lose(stream: Stream): void {
    if (this.upstream === stream) this.upstream = undefined;
  }

  receive(history: History): void {
    if (history.length > this.flushed) this.history = history;
  }

  #flush(): void {
    this.#flushing = true;
    this.after(this.ports.random.delay(FLUSH_MS), () => {
      this.#flushing = false;
      const { history } = this;
      if (history === undefined || !this.isWritable) return;
      const upTo = this.#written;
      this.history = { timeline: history.timeline, length: upTo };
      for (const stream of this.#streams) stream.pump();
      this.release();
    });
  }
}
