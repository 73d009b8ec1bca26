import type { Scheduler } from "../time/scheduler.ts";
import type { SeededRandom } from "../time/seeded-random.ts";

/** One direction between two places. */
interface Way {
  readonly latencyMs: number;
  /** How many cuts lie on it: two faults may cut the same link, and both must heal. */
  cuts: number;
  extraMs: number;
  /** Of messages that need to be sent again. */
  lossShare: number;
}

const LOCAL_MS = 0.25;
/** TCP sends again after 200 ms at the least. */
const SENT_AGAIN_MS = 200;

/** What lies between the places. A message takes its time, is sent again where some of it was lost, or never arrives. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #ways = new Map<string, Map<string, Way>>();

  constructor(
    scheduler: Scheduler,
    random: SeededRandom,
    places: readonly string[],
    latencyMsOf: (a: string, b: string) => number,
  ) {
    this.#scheduler = scheduler;
    this.#random = random;
    for (const from of places) {
      const ways = new Map<string, Way>();
      for (const to of places)
        ways.set(to, { latencyMs: from === to ? LOCAL_MS : latencyMsOf(from, to), cuts: 0, extraMs: 0, lossShare: 0 });
      this.#ways.set(from, ways);
    }
  }

  /** Answers false where the message will never arrive: the sender is not told, it only waits. */
  send(from: string, to: string, arrive: () => void): boolean {
    const delayMs = this.delayMs(from, to);
    if (delayMs === undefined) return false;
    this.#scheduler.after(delayMs, arrive);
    return true;
  }

  /** How long a message that is sent now takes; undefined: it is lost. */
  delayMs(from: string, to: string): number | undefined {
    const way = this.#way(from, to);
    if (way.cuts > 0) return undefined;
    let delayMs = this.#random.delay(way.latencyMs) + way.extraMs;
    if (way.lossShare > 0) {
      for (let tries = 1; this.#random.chance(way.lossShare); tries++) {
        if (tries === 4) return undefined;
        delayMs += SENT_AGAIN_MS * tries;
      }
    }
    return delayMs;
  }

  passes(from: string, to: string): boolean {
    return this.#way(from, to).cuts === 0;
  }

  cut(from: string, to: string): void {
    this.#way(from, to).cuts += 1;
  }

  heal(from: string, to: string): void {
    const way = this.#way(from, to);
    way.cuts = Math.max(0, way.cuts - 1);
  }

  slow(a: string, b: string, extraMs: number): void {
    this.#way(a, b).extraMs = this.#way(b, a).extraMs = extraMs;
  }

  lose(a: string, b: string, lossShare: number): void {
    this.#way(a, b).lossShare = this.#way(b, a).lossShare = lossShare;
  }

  #way(from: string, to: string): Way {
    const way = this.#ways.get(from)?.get(to);
    if (way === undefined) throw new Error(`there is no way from ${from} to ${to}`);
    return way;
  }
}
