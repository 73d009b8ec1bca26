import type { Clock } from "../base/index.ts";
import { describeReference, ownedSelector, referenceTo, renderedKinds } from "../core/render/kubernetes/index.ts";
import { hasReadiness, planRollout } from "../core/rollout/index.ts";
import type { Ownership, RolloutPlan } from "../core/rollout/index.ts";
import { ClusterError } from "./cluster.ts";
import type { Cluster, ClusterErrorCode, KubernetesObject, Manifest, ObjectReference } from "./cluster.ts";
import { RolloutError } from "./rollout-report.ts";
import type { RolloutFailure, RolloutProgress } from "./rollout-report.ts";
import { untilReady } from "./until-ready.ts";

export interface ApplyOptions {
  readonly clock: Clock;
  /** For all of it: applying, becoming ready, pruning. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RolloutProgress) => void;
  /** Absent: nothing is deleted. */
  readonly prune?: Ownership & { readonly shareMax?: number };
}

export interface RolloutSummary {
  readonly applied: number;
  readonly pruned: readonly ObjectReference[];
  readonly kept: RolloutPlan["kept"];
}

const AT_ONCE = 8;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

/**
 * Brings a cluster to the manifests: applies them wave after wave, waits until all are ready, and only then deletes what is
 * ours and no longer wanted. Safe to run again at any point. Rejects with a RolloutError, or with the signal's reason.
 */
export async function applyManifests(
  cluster: Cluster,
  manifests: readonly Manifest[],
  options: ApplyOptions,
): Promise<RolloutSummary> {
  const { prune, onProgress = () => undefined, clock } = options;
  const caller = options.signal ?? new AbortController().signal;
  const deadline = startDeadline(clock, options.timeoutMs, caller);
  const signal = AbortSignal.any([caller, deadline.signal]);
  try {
    const observed = prune === undefined ? [] : await ownedObjects(cluster, prune.fleet, signal);
    const plan = planRollout(manifests, observed, prune ?? { fleet: "", site: "" }, prune?.shareMax);
    const failures = await applyWaves(cluster, plan, { clock, signal, caller, onProgress });
    const failed = new Set(failures.map(({ reference }) => describeReference(reference)));
    const awaited = manifests.filter((each) => hasReadiness(each) && !failed.has(describeReference(referenceTo(each))));
    // What could not even be applied may be what the others wait for: then waiting for them would only take time.
    if (failures.length === 0) failures.push(...(await untilReady(cluster, awaited, { signal, caller, onProgress })));
    // Something old may be what keeps the application up while something new does not work.
    if (failures.length === 0) failures.push(...(await pruneAll(cluster, plan, { clock, signal, caller, onProgress })));
    if (failures.length > 0) throw new RolloutError(failures);
    return { applied: manifests.length, pruned: plan.prune, kept: plan.kept };
  } finally {
    deadline.clear();
  }
}

interface Run {
  readonly clock: Clock;
  /** Aborts when the time is over, too. */
  readonly signal: AbortSignal;
  /** Aborts only when the caller wants no more. */
  readonly caller: AbortSignal;
  readonly onProgress: (progress: RolloutProgress) => void;
}

async function applyWaves(cluster: Cluster, { waves }: RolloutPlan, run: Run): Promise<RolloutFailure[]> {
  const total = waves.flat().length;
  const failures: RolloutFailure[] = [];
  // A cluster that one object could not reach in all its attempts is not asked for each of the others, too.
  let unreachable: string | undefined;
  for (const wave of waves) {
    await forEachAtOnce(wave, async (manifest) => {
      const reference = referenceTo(manifest);
      const failure: Failed | undefined =
        unreachable === undefined
          ? await attempt(run, reference, "apply", () => cluster.apply(manifest, run.signal))
          : { failure: { reference, stage: "apply", reason: unreachable }, code: "unreachable" };
      if (failure === undefined) return;
      failures.push(failure.failure);
      if (failure.code === "unreachable") unreachable = failure.failure.reason;
    });
  }
  run.onProgress({ kind: "applied", text: `applied ${total - failures.length} of ${total} objects` });
  return failures;
}

async function pruneAll(cluster: Cluster, { prune, kept }: RolloutPlan, run: Run): Promise<RolloutFailure[]> {
  const failures: RolloutFailure[] = [];
  for (const reference of prune) {
    const failure = await attempt(run, reference, "prune", () => cluster.delete(reference, run.signal));
    if (failure !== undefined) failures.push(failure.failure);
    else
      run.onProgress({
        kind: "pruned",
        reference,
        text: `${describeReference(reference)} deleted: no longer in the fleet file`,
      });
  }
  for (const { reference, reason } of kept) {
    run.onProgress({ kind: "kept", reference, text: `${describeReference(reference)} kept: ${reason}` });
  }
  return failures;
}

interface Failed {
  readonly failure: RolloutFailure;
  readonly code: ClusterErrorCode | undefined;
}

/** Tries again what may pass by itself; answers what remains. */
async function attempt(
  { clock, signal, caller, onProgress }: Run,
  reference: ObjectReference,
  stage: "apply" | "prune",
  act: () => Promise<unknown>,
): Promise<Failed | undefined> {
  const isOver = (): boolean => signal.aborted;
  let reason = "not tried: the time was over";
  let code: ClusterErrorCode | undefined;
  for (let tried = 0; tried < ATTEMPTS && !isOver(); tried++) {
    if (tried > 0) await clock.sleep(FIRST_PAUSE_MS * 2 ** tried, signal);
    try {
      await act();
      return undefined;
    } catch (error) {
      caller.throwIfAborted();
      if (!(error instanceof ClusterError) && !isOver()) throw error;
      if (error instanceof ClusterError) ({ message: reason, code } = error);
      if (!isPassing(error)) break;
    }
  }
  caller.throwIfAborted();
  onProgress({ kind: "failed", reference, text: reason });
  return { failure: { reference, stage, reason }, code };
}

function isPassing(error: unknown): boolean {
  return error instanceof ClusterError && ["unreachable", "timeout", "conflict"].includes(error.code);
}

/** Of every kind that we render: a kind that the server does not know has no objects. */
async function ownedObjects(
  cluster: Cluster,
  fleet: string,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(
    renderedKinds.map(async ({ apiVersion, kind }) => {
      try {
        return await cluster.list({ apiVersion, kind, labelSelector: ownedSelector(fleet) }, signal);
      } catch (error) {
        if (error instanceof ClusterError && error.code === "unknown-kind") return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

async function forEachAtOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
}

function startDeadline(clock: Clock, ms: number, caller: AbortSignal): { readonly signal: AbortSignal; clear(): void } {
  const over = new AbortController();
  const cleared = new AbortController();
  void clock.sleep(ms, AbortSignal.any([caller, cleared.signal])).then(() => {
    if (!cleared.signal.aborted) over.abort(new ClusterError("timeout", `not done after ${Math.round(ms / 1000)} s`));
  });
  return { signal: over.signal, clear: () => cleared.abort() };
}
