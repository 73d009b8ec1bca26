import { assert } from "../../../packages/holdfast/src/base/index.ts";
import { emptyAcceptor } from "../../../packages/holdfast/src/core/quorum/index.ts";
import type { AcceptorState } from "../../../packages/holdfast/src/core/quorum/index.ts";
import type { SiteName } from "../../../packages/holdfast/src/core/spec/index.ts";
import { ClusterError } from "../../../packages/holdfast/src/ports/index.ts";
import type { Cluster, KubernetesObject, PeerClusters } from "../../../packages/holdfast/src/ports/index.ts";
import { SimulatedCluster, VirtualClock } from "../../../packages/holdfast/src/simulator/index.ts";
import {
  registerReference,
  stateOf,
  withState,
} from "../../../packages/holdfast/src/controller/register/register-object.ts";
import { StoreRegister } from "../../../packages/holdfast/src/controller/register/store-register.ts";

/** What the register holds: its history, so that what was forgotten is seen to be missing. */
export interface Note {
  readonly text: string;
}

export const STORE = "ratings-db";
export const TIMEOUT_MS = 250;
const DURING_MS_MAX = 20_000;
export const SEATTLE = "seattle" as SiteName;
export const PORTLAND = "portland" as SiteName;
export const BOISE = "boise" as SiteName;
export const THREE = [SEATTLE, PORTLAND, BOISE];

/** `dead`: refuses at once. `hanging`: never answers. `mute`: does as it is asked, and the answer is lost. */
export type Condition = "well" | "dead" | "hanging" | "mute";

type Request = "get" | "create" | "replace" | "delete";

/** The API servers that vote, and the network to them: counts what they are asked, and fails as it is told. */
export class Voters implements PeerClusters {
  readonly clock = new VirtualClock();
  /** Every request, oldest first: "seattle get". */
  readonly requests: string[] = [];
  readonly #clusters = new Map<string, SimulatedCluster>();
  readonly #conditions = new Map<string, Condition>();
  /** Before the next request of that kind reaches its voter, once. */
  readonly #before = new Map<string, () => unknown>();
  #seed = 1;

  connect(voter: SiteName): Promise<Cluster> {
    const at = this.#cluster(voter);
    const ask = <T>(kind: Request, signal: AbortSignal | undefined, act: () => Promise<T>) =>
      this.#ask(`${voter} ${kind}`, this.#conditions.get(voter) ?? "well", signal, act);
    return Promise.resolve({
      get: (reference, signal) => ask("get", signal, () => at.get(reference, signal)),
      create: (manifest, signal) => ask("create", signal, () => at.create(manifest, signal)),
      replace: (manifest, signal) => ask("replace", signal, () => at.replace(manifest, signal)),
      delete: (reference, signal) => ask("delete", signal, () => at.delete(reference, signal)),
      follow: (query, onChange, signal, onTrouble) => at.follow(query, onChange, signal, onTrouble),
      apply: (manifest, signal) => at.apply(manifest, signal),
      list: (query, signal) => at.list(query, signal),
    } satisfies Cluster);
  }

  set(voter: SiteName, condition: Condition): void {
    this.#conditions.set(voter, condition);
  }

  /** Somebody else is quicker: `act` happens just before the voter is asked. */
  before(voter: SiteName, kind: Request, act: () => unknown): void {
    this.#before.set(`${voter} ${kind}`, act);
  }

  register(proposer: string, voters = THREE): StoreRegister<Note> {
    const random = { next: () => 0.5 };
    return new StoreRegister(
      { proposer, voters, store: STORE, timeoutMs: TIMEOUT_MS },
      { clock: this.clock, random, peers: this },
    );
  }

  object(voter: SiteName): Promise<KubernetesObject | undefined> {
    return this.#cluster(voter).get(registerReference(STORE));
  }

  async state(voter: SiteName): Promise<AcceptorState<Note>> {
    const object = await this.object(voter);
    return object ? stateOf(object) : emptyAcceptor;
  }

  /** As a backup of the object, or a person, would write it: it stays the same object. */
  async restore(voter: SiteName, state: AcceptorState<unknown> | string): Promise<void> {
    const object = await this.object(voter);
    assert(object !== undefined, `${voter} holds something`);
    const restored =
      typeof state === "string" ? { ...object, data: { "register.json": state } } : withState(object, state);
    await this.#cluster(voter).replace(restored);
  }

  async lose(voter: SiteName): Promise<void> {
    await this.#cluster(voter).delete(registerReference(STORE));
  }

  /** Lets time pass until it is over; answers what came of it and how long it took. */
  async during<T>(act: Promise<T>): Promise<{ readonly outcome: T; readonly tookMs: number }> {
    const began = this.clock.now();
    const progress = { isOver: false };
    const done = act.finally(() => (progress.isOver = true));
    done.catch(() => undefined);
    await this.clock.advance(0);
    for (let ms = 0; ms < DURING_MS_MAX && !progress.isOver; ms += 5) await this.clock.advance(5);
    return { outcome: await done, tookMs: this.clock.now() - began };
  }

  #cluster(voter: SiteName): SimulatedCluster {
    const known = this.#clusters.get(voter);
    if (known) return known;
    const random = () => (this.#seed = (this.#seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const made = new SimulatedCluster({ now: () => this.clock.now(), random });
    const type = made.store.findKind("v1", "Namespace");
    assert(type !== undefined, "every server knows namespaces");
    made.store.create(type, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "holdfast-system" } });
    this.#clusters.set(voter, made);
    return made;
  }

  async #ask<T>(
    name: string,
    condition: Condition,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    this.requests.push(name);
    if (condition === "dead") throw new ClusterError("unreachable", "connection refused");
    if (condition === "hanging")
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    const before = this.#before.get(name);
    this.#before.delete(name);
    await before?.();
    const answer = await act();
    if (condition === "mute") throw new ClusterError("timeout", "no answer");
    return answer;
  }
}
