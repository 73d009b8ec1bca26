import { ClusterError, clusterErrorCode } from "../../ports/index.ts";
import type { Cluster, ClusterErrorCode, ListQuery, Manifest, ObjectReference } from "../../ports/index.ts";
import { ApiError } from "../../../../pocket-cluster/src/store/index.ts";
import type { Scheduler } from "../time/scheduler.ts";
import type { SeededRandom } from "../time/seeded-random.ts";
import type { ConfigMaps, MakeConfigMaps } from "./config-maps.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { Answer, Process } from "./process.ts";

/** As the real adapter waits (adapters/kubernetes). */
const ANSWER_TIMEOUT_MS = 15_000;
const SILENCE_MS = 90_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const TCP_AGAIN_MS = 200;
const WORK_MS = 0.8;

/** One voter's API server and what is kept there. */
export class ApiServer {
  readonly machine: Machine;
  readonly #make: () => ConfigMaps;
  readonly #watches = new Set<Watch>();
  #maps: ConfigMaps;
  /** Refuses connections while its machine lives. */
  isDown = false;
  erring: { readonly share: number; readonly code: ClusterErrorCode } | undefined;
  /** Of its answers that never arrive although the request was carried out. */
  lostReplies = 0;
  /** Until then other sites have no login for it: it was built anew. */
  strangersUntilMs = 0;

  constructor(machine: Machine, make: MakeConfigMaps, random: SeededRandom) {
    this.machine = machine;
    this.#make = () => make({ now: () => machine.clock.wallMs, random: () => random.next() });
    this.#maps = this.#open();
  }

  get maps(): ConfigMaps {
    return this.#maps;
  }

  follow(watch: Watch): void {
    this.#watches.add(watch);
  }

  unfollow(watch: Watch): void {
    this.#watches.delete(watch);
  }

  /** Everything that was kept there is gone. */
  rebuild(): void {
    this.#maps = this.#open();
    this.hangUp(true);
  }

  restore(backup: unknown): void {
    this.#maps.restore(backup);
    this.hangUp(true);
  }

  /** Ends all watches; `told`: with a reset, which arrives where the network lets it. */
  hangUp(told: boolean): void {
    for (const watch of this.#watches) watch.end(told);
    this.#watches.clear();
  }

  #open(): ConfigMaps {
    const maps = this.#make();
    maps.onChange = () => {
      for (const watch of this.#watches) watch.changed();
    };
    return maps;
  }
}

/** What is between a site's program and an API server. */
export interface AccessPorts {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: SeededRandom;
}

/** A voter's API server as one program reaches it. A request may be lost, late, or carried out with its answer lost. */
export class ClusterAccess implements Cluster {
  readonly #from: string;
  readonly #process: Process;
  readonly #server: ApiServer;
  readonly #ports: AccessPorts;

  constructor(from: string, process: Process, server: ApiServer, ports: AccessPorts) {
    this.#from = from;
    this.#process = process;
    this.#server = server;
    this.#ports = ports;
  }

  get(reference: ObjectReference, signal?: AbortSignal): Promise<Manifest | undefined> {
    return this.#ask(signal, (maps) => maps.get(reference));
  }
  list(query: ListQuery, signal?: AbortSignal): Promise<readonly Manifest[]> {
    return this.#ask(signal, (maps) => maps.list(query));
  }
  create(manifest: Manifest, signal?: AbortSignal): Promise<Manifest> {
    return this.#ask(signal, (maps) => maps.create(manifest));
  }
  replace(manifest: Manifest, signal?: AbortSignal): Promise<Manifest> {
    return this.#ask(signal, (maps) => maps.replace(manifest));
  }
  delete(reference: ObjectReference, signal?: AbortSignal): Promise<void> {
    return this.#ask(signal, (maps) => maps.delete(reference));
  }
  apply(): Promise<Manifest> {
    throw new Error("not modelled: the register is created and replaced, never applied");
  }

  async follow(
    query: ListQuery,
    onChange: (objects: readonly Manifest[]) => void,
    signal: AbortSignal,
    onTrouble: (error: ClusterError) => void = () => undefined,
  ): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const ended = await this.#watch(query, onChange, signal);
        pauseMs = FIRST_PAUSE_MS;
        if (!isAborted(signal)) onTrouble(ended);
      } catch (error) {
        if (isAborted(signal)) return;
        if (!(error instanceof ClusterError)) throw error;
        onTrouble(error);
      }
      await this.#pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  /** Lists, then hears of changes until the watch ends, and then answers why. */
  async #watch(
    query: ListQuery,
    onChange: (objects: readonly Manifest[]) => void,
    signal: AbortSignal,
  ): Promise<ClusterError> {
    const server = this.#server;
    let ended: (error: ClusterError) => void = () => undefined;
    const end = new Promise<ClusterError>((resolve) => (ended = resolve));
    const hear = (act: () => void): void => {
      this.#process.gate.pass(() => {
        if (signal.aborted) return;
        this.#ports.scheduler.stir();
        act();
      });
    };
    const watch = new Watch(server.machine.name, this.#from, this.#ports, {
      read: () => server.maps.list(query),
      tell: (objects) => hear(() => onChange(objects)),
      end: () => hear(() => ended(unreachable(server.machine.name))),
    });
    // Registered with the list, so that no change falls between the two.
    const first = await this.#ask(signal, (maps) => {
      server.follow(watch);
      return maps.list(query);
    });
    const stop = (): void => {
      server.unfollow(watch);
      ended(unreachable(server.machine.name));
    };
    signal.addEventListener("abort", stop, { once: true });
    onChange(first);
    const error = await end;
    signal.removeEventListener("abort", stop);
    server.unfollow(watch);
    return error;
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener("abort", end);
        this.#ports.scheduler.stir();
        resolve();
      };
      signal.addEventListener("abort", end, { once: true });
      this.#ports.scheduler.after(ms, () => this.#process.gate.pass(end));
    });
  }

  #ask<T>(signal: AbortSignal | undefined, act: (maps: ConfigMaps) => T): Promise<T> {
    const { name } = this.#server.machine;
    const error = () => new ClusterError("timeout", `the API server of ${name} did not answer in time`);
    return this.#process.ask<T>(signal, { ms: ANSWER_TIMEOUT_MS, error }, (answer) => {
      if (!this.#ports.network.send(this.#from, name, () => this.#arrive(answer, act))) answer.silence();
    });
  }

  #arrive<T>(answer: Answer<T>, act: (maps: ConfigMaps) => T): void {
    const { machine, isDown } = this.#server;
    if (!machine.isAlive) answer.silence();
    else if (isDown) this.#reply(answer, () => answer.fail(unreachable(machine.name)));
    else {
      if (machine.isFrozen) answer.silence();
      machine.system.pass(() => this.#carryOut(answer, act));
    }
  }

  #carryOut<T>(answer: Answer<T>, act: (maps: ConfigMaps) => T): void {
    const { machine, erring, maps, lostReplies, strangersUntilMs } = this.#server;
    const { random, scheduler } = this.#ports;
    if (this.#from !== machine.name && strangersUntilMs > scheduler.nowMs) {
      this.#reply(answer, () => answer.fail(new ClusterError("refused", `no login for ${machine.name} yet`)));
      return;
    }
    if (erring && random.chance(erring.share)) {
      // Half of the errors come after the deed: an API server that fails may have written before.
      if (random.chance(0.5)) attempt(() => act(maps));
      const message = `the API server of ${machine.name} is in trouble`;
      this.#reply(answer, () => answer.fail(new ClusterError(erring.code, message)));
      return;
    }
    const outcome = attempt(() => act(maps));
    if (lostReplies > 0 && random.chance(lostReplies)) answer.silence();
    else if (outcome.ok) this.#reply(answer, () => answer.give(outcome.value));
    else this.#reply(answer, () => answer.fail(outcome.error));
  }

  #reply<T>(answer: Answer<T>, give: () => void): void {
    const { network, scheduler, random } = this.#ports;
    const delayMs = network.delayMs(this.#server.machine.name, this.#from);
    if (delayMs === undefined) answer.silence();
    else scheduler.after(delayMs + random.delay(WORK_MS), give);
  }
}

interface Follower {
  readonly read: () => readonly Manifest[];
  readonly tell: (objects: readonly Manifest[]) => void;
  readonly end: () => void;
}

/** One watch: at most one message on its way, always with what is true when it is sent. */
class Watch {
  readonly #server: string;
  readonly #follower: string;
  readonly #ports: AccessPorts;
  readonly #to: Follower;
  #sending = false;
  #changed = false;
  #ended = false;

  constructor(server: string, follower: string, ports: AccessPorts, to: Follower) {
    this.#server = server;
    this.#follower = follower;
    this.#ports = ports;
    this.#to = to;
  }

  changed(): void {
    this.#changed = true;
    if (!this.#sending) this.#send();
  }

  /** Without a reset the follower notices only by a long silence. */
  end(told: boolean): void {
    this.#ended = true;
    const { network, scheduler } = this.#ports;
    if (!told || !network.send(this.#server, this.#follower, this.#to.end)) scheduler.after(SILENCE_MS, this.#to.end);
  }

  #send(): void {
    if (this.#ended) return;
    this.#sending = true;
    const delayMs = this.#ports.network.delayMs(this.#server, this.#follower);
    if (delayMs === undefined) {
      this.#ports.scheduler.after(TCP_AGAIN_MS, () => this.#send());
      return;
    }
    this.#changed = false;
    const objects = this.#to.read();
    this.#ports.scheduler.after(delayMs, () => {
      this.#sending = false;
      this.#to.tell(objects);
      if (this.#changed) this.#send();
    });
  }
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ClusterError };

function attempt<T>(act: () => T): Outcome<T> {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const code = clusterErrorCode(error.code, error.message);
    return { ok: false, error: new ClusterError(code, error.message, { cause: error }) };
  }
}

function unreachable(name: string): ClusterError {
  return new ClusterError("unreachable", `the API server of ${name} cannot be reached`);
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
