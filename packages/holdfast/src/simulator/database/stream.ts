import type { Scheduler } from "../time/scheduler.ts";
import type { SeededRandom } from "../time/seeded-random.ts";
import type { Network } from "../world/network.ts";
import type { Process } from "../world/process.ts";
import { beginningOf } from "./history.ts";
import type { History } from "./history.ts";

/** wal_sender_timeout and wal_receiver_timeout as the agent sets them. */
const SILENCE_MS = 5_000;
const BEAT_MS = 1_000;
const TCP_AGAIN_MS = 100;
const FLUSH_MS = 0.8;

/** What a stream needs of the servers at its ends (server.ts). */
export interface StreamEnd {
  readonly name: string;
  readonly ports: { readonly scheduler: Scheduler; readonly network: Network; readonly random: SeededRandom };
  readonly process: Process;
  readonly history: History | undefined;
  /** How much is on its disk. */
  readonly flushed: number;
  after(ms: number, act: () => void): void;
  receive(history: History): void;
  /** More is on the standby's disk. */
  release(): void;
  detach(stream: Stream): void;
  lose(stream: Stream): void;
}

/** Replication from one server to another: in order, over a network that may stop it in either direction at any time. */
export class Stream {
  readonly primary: StreamEnd;
  readonly standby: StreamEnd;
  /** What the primary knows to be on the standby's disk. */
  confirmed = 0;
  #sent: number;
  #arrivesMs = 0;
  #sending = false;
  #answering = false;
  /** When each end last heard of the other. */
  #heardMs: number;
  #receivedMs: number;
  #isBroken = false;
  #hangs = false;

  constructor(primary: StreamEnd, standby: StreamEnd, from: number) {
    this.primary = primary;
    this.standby = standby;
    this.#sent = from;
    this.#heardMs = this.#receivedMs = this.#nowMs;
    this.#beat();
    this.#answer();
    this.pump();
  }

  /** When the primary last heard of the standby. */
  get heardMs(): number {
    return this.#heardMs;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  get #nowMs(): number {
    return this.primary.ports.scheduler.nowMs;
  }

  /** Sends what the primary has on disk by now. */
  pump(): void {
    if (this.#isBroken || this.#hangs || this.#sending || this.primary.flushed <= this.#sent) return;
    const { network, scheduler } = this.primary.ports;
    const delayMs = network.delayMs(this.primary.name, this.standby.name);
    if (delayMs === undefined) {
      this.#sending = true;
      scheduler.after(TCP_AGAIN_MS, () => {
        this.#sending = false;
        this.pump();
      });
      return;
    }
    const upTo = this.primary.flushed;
    const { history } = this.primary;
    this.#sent = upTo;
    this.#arrivesMs = Math.max(this.#nowMs + delayMs, this.#arrivesMs);
    scheduler.after(this.#arrivesMs - this.#nowMs, () => {
      this.standby.process.gate.pass(() => {
        if (this.#isBroken || this.#hangs || history === undefined) return;
        this.standby.after(this.standby.ports.random.delay(FLUSH_MS), () => {
          if (this.#isBroken || this.#hangs) return;
          this.standby.receive(beginningOf(history, upTo));
          this.#answer();
        });
      });
    });
  }

  /** One end is gone without a word: the other finds out by the silence. */
  hang(): void {
    this.#hangs = true;
  }

  /** Both ends know at once. What is still on its way no longer counts. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.primary.detach(this);
    this.standby.lose(this);
  }

  /** The standby tells what it has on disk. */
  #answer(): void {
    if (this.#isBroken || this.#hangs || this.#answering) return;
    const { network, scheduler } = this.primary.ports;
    const delayMs = network.delayMs(this.standby.name, this.primary.name);
    this.#answering = true;
    const { flushed } = this.standby;
    scheduler.after(delayMs ?? TCP_AGAIN_MS, () => {
      this.#answering = false;
      if (delayMs === undefined) this.standby.process.gate.pass(() => this.#answer());
      else this.primary.process.gate.pass(() => this.#hear(flushed));
      // What was flushed while this answer was on its way needs another.
      if (delayMs !== undefined && this.standby.flushed > flushed) this.#answer();
    });
  }

  #hear(flushed: number): void {
    if (this.#isBroken || this.#hangs) return;
    this.#heardMs = this.#nowMs;
    if (flushed <= this.confirmed) return;
    this.confirmed = flushed;
    this.primary.release();
  }

  /** Silence of either end is noticed by the other. */
  #beat(): void {
    this.primary.ports.scheduler.after(BEAT_MS, () => {
      if (this.#isBroken) return;
      const { primary, standby } = this;
      const alive = !this.#hangs && primary.process.gate.isOpen;
      if (alive && primary.ports.network.passes(primary.name, standby.name)) this.#receivedMs = this.#nowMs;
      if (this.#nowMs - Math.min(this.#heardMs, this.#receivedMs) > SILENCE_MS) {
        this.break();
        return;
      }
      this.standby.process.gate.pass(() => this.#answer());
      this.#beat();
    });
  }
}
