import { describeReference, referenceTo } from "../core/render/kubernetes/index.ts";
import { judgeReadiness } from "../core/rollout/index.ts";
import type { Readiness } from "../core/rollout/index.ts";
import type { RolloutFailure, RolloutProgress } from "./rollout-report.ts";
import type { Cluster, ClusterError, KubernetesObject, ListQuery, Manifest, ObjectReference } from "./cluster.ts";

interface WaitOptions {
  /** Aborts when the time is over, too. */
  readonly signal: AbortSignal;
  readonly caller: AbortSignal;
  readonly onProgress: (progress: RolloutProgress) => void;
}

/** Follows the objects (it never polls) until each is ready or Kubernetes gave it up; answers those that are not ready. */
export async function untilReady(
  cluster: Cluster,
  manifests: readonly Manifest[],
  { signal, caller, onProgress }: WaitOptions,
): Promise<readonly RolloutFailure[]> {
  if (manifests.length === 0) return [];
  const watched = new ReadinessWatch(manifests.map(referenceTo), onProgress);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const follows = queriesFor(manifests).map((query) =>
    cluster.follow(
      query,
      (objects) => watched.see(query, objects),
      until,
      (error) => watched.trouble(query, error),
    ),
  );
  const settled = new Promise<void>((resolve) => {
    watched.onSettled = resolve;
    until.addEventListener("abort", () => resolve(), { once: true });
    if (until.aborted) resolve();
  });
  try {
    // A follow that fails ends the wait with its error; one that ends was told to.
    await Promise.race([settled, Promise.all(follows).then(() => settled)]);
  } finally {
    stop.abort();
  }
  await Promise.all(follows);
  caller.throwIfAborted();
  return watched.failures();
}

/** One follow a kind and namespace; and the pods there, which say why a workload is not ready. */
function queriesFor(manifests: readonly Manifest[]): readonly ListQuery[] {
  const queries = new Map<string, ListQuery>();
  const add = (query: ListQuery): unknown => queries.set(JSON.stringify(query), query);
  for (const { apiVersion, kind, metadata } of manifests) {
    const where = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
    add({ apiVersion, kind, ...where });
    if (apiVersion.startsWith("apps/") || apiVersion.startsWith("batch/"))
      add({ apiVersion: "v1", kind: "Pod", ...where });
  }
  return [...queries.values()];
}

class ReadinessWatch {
  readonly #awaited: readonly { readonly reference: ObjectReference; readonly name: string }[];
  readonly #onProgress: (progress: RolloutProgress) => void;
  /** Query -> what it last saw. */
  readonly #seen = new Map<ListQuery, readonly KubernetesObject[]>();
  readonly #states = new Map<string, Readiness>();
  readonly #troubles = new Map<ListQuery, string>();
  onSettled: () => void = () => undefined;

  constructor(awaited: readonly ObjectReference[], onProgress: (progress: RolloutProgress) => void) {
    this.#awaited = awaited.map((reference) => ({ reference, name: describeReference(reference) }));
    this.#onProgress = onProgress;
  }

  see(query: ListQuery, objects: readonly KubernetesObject[]): void {
    this.#seen.set(query, objects);
    this.#troubles.delete(query);
    this.#judge();
  }

  trouble(query: ListQuery, error: ClusterError): void {
    if (this.#troubles.get(query) === error.message) return;
    this.#troubles.set(query, error.message);
    this.#onProgress({ kind: "waiting", text: error.message });
  }

  failures(): readonly RolloutFailure[] {
    return this.#awaited.flatMap(({ reference, name }): RolloutFailure[] => {
      const state = this.#states.get(name);
      if (state?.kind === "ready") return [];
      const reason = state?.reason ?? [...this.#troubles.values()][0] ?? "its state is not known";
      return [
        {
          reference,
          stage: "become-ready",
          reason: state?.kind === "failed" ? reason : `not ready in time: ${reason}`,
        },
      ];
    });
  }

  #judge(): void {
    const objects = [...this.#seen.values()].flat();
    const pods = objects.filter(({ kind, apiVersion }) => kind === "Pod" && apiVersion === "v1");
    for (const { reference, name } of this.#awaited) {
      const object = objects.find((each) => describeReference(referenceTo(each)) === name);
      // Not listed yet, or deleted by somebody since it was applied.
      if (object !== undefined) this.#set(reference, name, judgeReadiness(object, pods));
      else if (this.#states.has(name)) this.#set(reference, name, { kind: "waiting", reason: "it was deleted" });
    }
    const states = this.#awaited.map(({ name }) => this.#states.get(name)?.kind);
    if (states.every((kind) => kind === "ready" || kind === "failed")) this.onSettled();
  }

  #set(reference: ObjectReference, name: string, next: Readiness): void {
    const last = this.#states.get(name);
    const hasSameReason =
      last?.kind === next.kind && (next.kind === "ready" || last.kind === "ready" || last.reason === next.reason);
    this.#states.set(name, next);
    if (hasSameReason) return;
    const text = next.kind === "ready" ? `${name} is ready` : `${name}: ${next.reason}`;
    this.#onProgress({ kind: next.kind, reference, text });
  }
}
