import { fellBack, vote } from "../../core/quorum/index.ts";
import type { AcceptorState, Answer, Floor, VoteRequest } from "../../core/quorum/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import { ClusterError } from "../../ports/index.ts";
import type { Cluster, KubernetesObject, PeerClusters } from "../../ports/index.ts";
import { idOf, newRegisterObject, registerReference, stateOf, withState } from "./register-object.ts";

/** Somebody else changed the object between our look and our write: worth looking again, so often. */
const ATTEMPTS = 4;
const NO_FLOOR: Floor = { promised: 0, accepted: 0 };

/**
 * One voter's part of one store's register, as an acceptor. The Kubernetes API server only stores it; what makes a step of it atomic
 * is the resource version: a write that rests on an outdated look is refused with a conflict.
 */
export class VoterClient<T> {
  readonly name: SiteName;
  readonly #store: string;
  readonly #peers: PeerClusters;
  /** As it was after our last write: nobody else's write since then is overlooked, the resource version says so. */
  #known: KubernetesObject | undefined;
  #floor: { readonly id: string; readonly floor: Floor } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(name: SiteName, store: string, peers: PeerClusters) {
    this.name = name;
    this.#store = store;
    this.#peers = peers;
  }

  /** Rejects when the voter cannot be asked; then it is not known whether it did as it was asked. One request after the other. */
  ask(request: VoteRequest<T>, signal: AbortSignal): Promise<Answer<T>> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return this.#ask(request, signal);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** What the register says this voter has accepted: it may never show less. */
  raise(id: string, accepted: number): void {
    if (this.#floor?.id !== id) return;
    const { promised, accepted: before } = this.#floor.floor;
    this.#floor = { id, floor: { promised, accepted: Math.max(before, accepted) } };
  }

  async #ask(request: VoteRequest<T>, signal: AbortSignal): Promise<Answer<T>> {
    const cluster = await this.#peers.connect(this.name, signal);
    // A reading is worth nothing if it is not made now.
    if (request.kind === "read") this.#known = undefined;
    for (let attempt = 1; ; attempt++) {
      const fresh = this.#known === undefined;
      const object = this.#known ?? (await this.#look(cluster, signal));
      this.#known = undefined;
      const state = stateOf<T>(object);
      const id = idOf(object);
      const { granted, state: next } = vote(state, request);
      if (next !== state) {
        try {
          this.#known = await cluster.replace(withState(object, next), signal);
        } catch (error) {
          if (attempt < ATTEMPTS && isOutdated(error)) continue;
          throw error;
        }
        this.#remember(id, next);
        return { id, granted, state: next };
      }
      // A refusal is told with what is, not with what was.
      if (!granted && !fresh) continue;
      this.#known = object;
      this.#remember(id, state);
      return { id, granted, state };
    }
  }

  /** The object as it is; a new one where there is none, or where it shows less than it once did. */
  async #look(cluster: Cluster, signal: AbortSignal): Promise<KubernetesObject> {
    const reference = registerReference(this.#store);
    const object = await cluster.get(reference, signal);
    if (object && !this.#hasFallenBack(object)) return object;
    // A backup that was restored there: what this voter promised since is forgotten, so it begins anew, and does not
    // vote until the others admitted its new object.
    if (object) await cluster.delete(reference, signal);
    try {
      return await cluster.create(newRegisterObject(this.#store), signal);
    } catch (error) {
      const made = error instanceof ClusterError && error.code === "conflict" && (await cluster.get(reference, signal));
      if (made) return made;
      throw error;
    }
  }

  #hasFallenBack(object: KubernetesObject): boolean {
    return this.#floor?.id === idOf(object) && fellBack(stateOf<T>(object), this.#floor.floor);
  }

  #remember(id: string, { promised, accepted }: AcceptorState<T>): void {
    const { floor } = this.#floor?.id === id ? this.#floor : { floor: NO_FLOOR };
    this.#floor = {
      id,
      floor: {
        promised: Math.max(floor.promised, promised.n),
        accepted: Math.max(floor.accepted, accepted?.ballot.n ?? 0),
      },
    };
  }
}

function isOutdated(error: unknown): boolean {
  return error instanceof ClusterError && (error.code === "conflict" || error.code === "not-found");
}
