import { parseStoreRequest, REQUEST_LABEL, requestConfigMap, requestKeys } from "../../api-contract/index.ts";
import type { StoreAnswer, StoreRequest } from "../../api-contract/index.ts";
import { elapsedMs } from "../../base/index.ts";
import type { Clock, Instant } from "../../base/index.ts";
import { afterRequest, considerRequest, failoverSettings, followRequest } from "../../core/failover/index.ts";
import type { FailoverSettings, Lease, RequestEnd, RequestSight, Transition } from "../../core/failover/index.ts";
import type { Objectives, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import { ClusterError } from "../../ports/index.ts";
import type { Cluster, KubernetesObject, Log } from "../../ports/index.ts";
import type { Trouble } from "../trouble.ts";

/** The store's keeper, as far as requests need it. */
export interface ChangeableStore {
  readonly sight: RequestSight;
  /** The lease that is decided afterwards; undefined: it is not known. */
  change(transition: Transition, signal: AbortSignal): Promise<Lease | undefined>;
}

interface OpenRequest {
  readonly object: KubernetesObject;
  readonly request: StoreRequest;
  readonly answer?: StoreAnswer;
}

interface Trying {
  readonly id: string;
  readonly since: Instant;
  transition: Transition;
  /** The register was seen to know of it. */
  taken: boolean;
}

/** Without a request there is nothing to do until one is heard of. */
const REST_MS = 60_000;
/** While one is under way. */
const LOOK_MS = 100;
/** A register that cannot be changed for so long is told as the reason. */
const GIVE_UP_MS = 10_000;

/**
 * Does what operators ask this site for, one request at a time. First the answer is written that it is accepted, with the version of the
 * object as precondition, then the register is changed: a crash in between leaves a request that is told to have failed, never one that is done twice.
 */
export class RequestKeeper {
  readonly #store: PostgresqlStore;
  readonly #settings: FailoverSettings;
  readonly #objectives: Objectives;
  readonly #keeper: ChangeableStore;
  readonly #ports: { readonly clock: Clock; readonly cluster: Cluster; readonly log: Log };
  #objects: readonly KubernetesObject[] = [];
  /** What this life of the controller has accepted. */
  #trying: Trying | undefined;

  constructor(
    objectives: Objectives,
    store: PostgresqlStore,
    self: SiteName,
    keeper: ChangeableStore,
    ports: { readonly clock: Clock; readonly cluster: Cluster; readonly log: Log },
  ) {
    this.#objectives = objectives;
    this.#store = store;
    this.#settings = failoverSettings(store, self);
    this.#keeper = keeper;
    this.#ports = ports;
  }

  /** Hears of requests until the signal aborts; `onChange`: the next turn has something new to look at. */
  follow(onChange: () => void, signal: AbortSignal, trouble: Trouble): Promise<void> {
    const { namespace } = requestConfigMap(this.#store.name);
    const labelSelector = `${REQUEST_LABEL}=${this.#store.name}`;
    return this.#ports.cluster.follow(
      { apiVersion: "v1", kind: "ConfigMap", namespace, labelSelector },
      (objects) => {
        trouble.over();
        this.#objects = objects;
        onChange();
      },
      signal,
      (error) => trouble.tell(error),
    );
  }

  async turn(signal: AbortSignal): Promise<number> {
    const open = this.#newest();
    if (!open) return REST_MS;
    return open.answer ? this.#carryOn(open, signal) : this.#begin(open, signal);
  }

  async #begin(open: OpenRequest, signal: AbortSignal): Promise<number> {
    const { request } = open;
    const step = this.#consider(request);
    if (step.kind === "wait") return LOOK_MS;
    if (step.kind !== "try") return this.#end(open, step, signal);
    if (!(await this.#answer(open, { ...step, state: "accepted" }, signal))) return LOOK_MS;
    const { id } = request;
    this.#trying = { id, since: this.#ports.clock.now(), transition: step.transition, taken: false };
    return 0;
  }

  /** It was accepted, by this life of the controller or by an earlier one. */
  async #carryOn(open: OpenRequest, signal: AbortSignal): Promise<number> {
    const { request } = open;
    const trying = this.#trying?.id === request.id ? this.#trying : undefined;
    const { lease } = this.#keeper.sight;
    const known = lease && followRequest(request, lease);
    if (known) {
      if (trying) trying.taken = true;
      return known.kind === "wait" ? LOOK_MS : this.#end(open, known, signal);
    }
    if (!lease) return LOOK_MS;
    if (!trying) {
      const message = "the controller ended before it saw what came of it: look at `holdfast status`, and ask again";
      return this.#end(open, { kind: "failed", message }, signal);
    }
    if (!trying.taken) return this.#try(open, trying, signal);
    const after = afterRequest(request, lease);
    return after.kind === "failed" ? this.#end(open, after, signal) : LOOK_MS;
  }

  async #try(open: OpenRequest, trying: Trying, signal: AbortSignal): Promise<number> {
    const { request } = open;
    const lease = await this.#keeper.change(trying.transition, signal);
    if (lease) {
      trying.taken = followRequest(request, lease) !== undefined;
      if (trying.taken) return 0;
      // The lease has moved since it was looked at: then it is another question.
      const again = this.#consider(request);
      if (again.kind === "try") trying.transition = again.transition;
      else if (again.kind !== "wait") return this.#end(open, again, signal);
    }
    if (elapsedMs(trying.since, this.#ports.clock.now()) < GIVE_UP_MS) return LOOK_MS;
    const reason = this.#keeper.sight.trouble || "others change it all the time";
    const message = `the register could not be changed (${reason}); look at \`holdfast status\` before you ask again`;
    return this.#end(open, { kind: "failed", message }, signal);
  }

  #consider(request: StoreRequest): ReturnType<typeof considerRequest> {
    const now = this.#ports.clock.wallTime();
    return considerRequest(request, this.#keeper.sight, this.#settings, this.#objectives, now);
  }

  async #end(open: OpenRequest, { kind: state, message, loss }: RequestEnd, signal: AbortSignal): Promise<number> {
    const written = await this.#answer(open, { state, message, ...(loss && { loss }) }, signal);
    return written ? 0 : LOOK_MS;
  }

  /** Answers whether it was written: not when somebody has asked for something else meanwhile. */
  async #answer(
    { object, request, answer: before }: OpenRequest,
    { state, message, loss = before?.loss }: Pick<StoreAnswer, "state" | "message" | "loss">,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock, cluster, log } = this.#ports;
    const { id, kind, to, reason } = request;
    const at = clock.wallTime().toISOString();
    const answer: StoreAnswer = { id, state, message, at, ...(loss && { loss }) };
    const data = { ...(object["data"] as object), [requestKeys.answer]: JSON.stringify(answer) };
    try {
      const written = await cluster.replace({ ...object, data }, signal);
      const isThis = ({ metadata }: KubernetesObject) => metadata.name === written.metadata.name;
      this.#objects = this.#objects.map((each) => (isThis(each) ? written : each));
    } catch (error) {
      if (error instanceof ClusterError && (error.code === "conflict" || error.code === "not-found")) return false;
      throw error;
    }
    const loud = kind === "failover" || state === "failed";
    const fields = { store: this.#store.name, request: id, to, asked: reason };
    log[loud ? "warn" : "info"](`a request for a ${kind} is ${state}: ${message}`, fields);
    return true;
  }

  /** The newest that is not answered for good. One that holds nothing readable is nobody's request. */
  #newest(): OpenRequest | undefined {
    const open = this.#objects.flatMap((object): readonly OpenRequest[] => {
      const parsed = parseStoreRequest(object["data"] as Readonly<Record<string, string>> | undefined);
      if (!parsed.ok) return [];
      const { answer } = parsed.value;
      return answer === undefined || answer.state === "accepted" ? [{ object, ...parsed.value }] : [];
    });
    return open.reduce<OpenRequest | undefined>(
      (newest, each) => (newest && newest.request.at >= each.request.at ? newest : each),
      undefined,
    );
  }
}
