import { createEventRecorder, resource } from "../objects/index.ts";
import type { EventRecorder, Resource } from "../objects/index.ts";
import { ApiError } from "../store/contract.ts";
import type { KubeObject, ObjectStore } from "../store/contract.ts";

/** Time as the controllers need it: the simulator's and the machine's look the same to them. */
export interface Timers {
  /** Wall time in ms since the epoch. */
  now(): number;
  /** Calls `action` once after `ms` (0: after what is going on now); the returned function cancels that. */
  after(ms: number, action: () => void): () => void;
}

export interface ControllerContext {
  readonly store: ObjectStore;
  readonly timers: Timers;
  /** For logs: which key of which controller failed, and why. It is tried again. */
  readonly report: (controller: string, key: string, error: unknown) => void;
  /** Objects as this component sees and writes them. */
  readonly objects: <T extends KubeObject>(apiVersion: string, kind: string) => Resource<T>;
  readonly events: (component: string) => EventRecorder;
}

/** What a loop does for one key: level-triggered, so it reads what is and does the next needed thing. Answers ms until it wants to look again. */
export type Reconcile = (namespace: string | undefined, name: string) => number | undefined;

export interface Queue {
  /** The loop looks at this object soon; asking often is the same as asking once. */
  add(object: { readonly namespace?: string; readonly name: string }): void;
  stop(): void;
}

/** So many keys a turn, so that API requests are answered in between. */
const KEYS_A_TURN = 20;
const RETRY_FIRST_MS = 10;
const RETRY_MAX_MS = 60_000;

export function controllerContext(
  store: ObjectStore,
  timers: Timers,
  report: ControllerContext["report"],
  fieldManager = "kube-controller-manager",
): ControllerContext {
  return {
    store,
    timers,
    report,
    objects: (apiVersion, kind) => resource(store, apiVersion, kind, fieldManager),
    events: (component) => createEventRecorder(store, timers, { component, fieldManager }),
  };
}

/** A controller's work: each key at most once in the queue, failures again after a growing pause. */
export function createQueue(name: string, { timers, report }: ControllerContext, reconcile: Reconcile): Queue {
  const waiting = new Set<string>();
  const delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  const failures = new Map<string, number>();
  let cancelTurn: (() => void) | undefined;
  let stopped = false;

  const add = (key: string): void => {
    if (stopped) return;
    waiting.add(key);
    cancelTurn ??= timers.after(0, turn);
  };
  const addLater = (key: string, ms: number): void => {
    const at = timers.now() + ms;
    const before = delayed.get(key);
    if (before !== undefined && before.at <= at) return;
    before?.cancel();
    const cancel = timers.after(ms, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { at, cancel });
  };
  const turn = (): void => {
    cancelTurn = undefined;
    for (const key of [...waiting].slice(0, KEYS_A_TURN)) {
      waiting.delete(key);
      look(key);
    }
    if (waiting.size > 0 && !stopped) cancelTurn ??= timers.after(0, turn);
  };
  const look = (key: string): void => {
    const slash = key.indexOf("/");
    const namespace = slash === 0 ? undefined : key.slice(0, slash);
    try {
      const againMs = reconcile(namespace, key.slice(slash + 1));
      failures.delete(key);
      if (againMs !== undefined) addLater(key, againMs);
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      // A conflict is two writers at once, which the next look settles.
      if (!(error instanceof ApiError && error.reason === "Conflict")) report(name, key, error);
      addLater(key, Math.min(RETRY_FIRST_MS * 2 ** Math.min(count - 1, 20), RETRY_MAX_MS));
    }
  };

  return {
    add: ({ namespace, name }) => add(`${namespace ?? ""}/${name}`),
    stop: () => {
      stopped = true;
      cancelTurn?.();
      for (const { cancel } of delayed.values()) cancel();
    },
  };
}

/** A running controller. */
export interface Controller {
  stop(): void;
}

export function controller(queue: Queue, watches: readonly (() => void)[]): Controller {
  return {
    stop: () => {
      for (const stop of watches) stop();
      queue.stop();
    },
  };
}
