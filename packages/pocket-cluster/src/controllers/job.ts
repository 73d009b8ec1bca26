import { controllerOf, isPodActive, isPodReady, timestamp } from "../objects/index.ts";
import type { Condition, Job, Pod } from "../objects/index.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { claim } from "./ownership.ts";
import { createPod, nonZero } from "./replica-set.ts";

const INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index";
const BACKOFF_FIRST_MS = 10_000;
const BACKOFF_MAX_MS = 600_000;

/** Runs pods until as many as a Job wants have succeeded, or too many have failed. */
export function jobController(context: ControllerContext): Controller {
  const jobs = context.objects<Job>("batch/v1", "Job");
  const pods = context.objects<Pod>("v1", "Pod");
  const events = context.events("job-controller");

  const queue = createQueue("job", context, (namespace, name) => {
    const job = jobs.get(namespace, name);
    if (job === undefined) return undefined;
    const now = context.timers.now();
    const ended = endOf(job);
    if (ended !== undefined) return expire(job, ended, now);
    if (job.metadata.deletionTimestamp !== undefined || job.spec.selector === undefined) return undefined;

    const own = claim(job, job.spec.selector, pods);
    const tally = tallyOf(job, own);
    const startTime = job.status?.startTime ?? (job.spec.suspend === true ? undefined : timestamp(now));
    const verdict = judge(job, tally, startTime, now);
    let waitMs: number | undefined;
    if (verdict !== undefined || job.spec.suspend === true) {
      for (const pod of tally.active) pods.delete(pod);
    } else {
      waitMs = adjust(job, own, tally, now);
    }
    const current = tallyOf(job, claim(job, job.spec.selector, pods));
    const conditions =
      verdict === undefined
        ? suspension(job, now)
        : [...(job.status?.conditions ?? []), ...endConditions(verdict, now)];
    jobs.updateStatus(job, {
      ...(startTime !== undefined && { startTime }),
      ...(conditions.length > 0 && { conditions }),
      ...(verdict?.succeeded === true && { completionTime: timestamp(now) }),
      ...nonZero({ active: current.active.length, succeeded: current.succeeded.length, failed: current.failed.length }),
      ...(verdict === undefined && { ready: current.active.filter(isPodReady).length }),
      uncountedTerminatedPods: {},
    });
    if (verdict !== undefined)
      events.record(
        job,
        verdict.succeeded ? "Normal" : "Warning",
        verdict.succeeded ? "Completed" : verdict.reason,
        verdict.succeeded ? "Job completed" : verdict.message,
      );
    return soonest(waitMs, msUntilDeadline(job, startTime, now));
  });

  /** Makes or deletes pods; answers how long to wait before the next one after a failure. */
  const adjust = (job: Job, own: readonly Pod[], tally: Tally, now: number): number | undefined => {
    const { completions, parallelism = 1 } = job.spec;
    // Without completions any success says that the work is done: nothing new is begun after it.
    const left =
      completions === undefined ? (tally.succeeded.length > 0 ? 0 : parallelism) : completions - tally.succeeded.length;
    const wanted =
      completions === undefined && tally.succeeded.length > 0 ? tally.active.length : Math.min(parallelism, left);
    for (const pod of tally.active.slice(Math.max(wanted, 0))) {
      pods.delete(pod);
      events.record(job, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
    }
    const missing = wanted - tally.active.length;
    if (missing <= 0) return undefined;
    const waitMs = msOfBackoff(tally.failed, now);
    if (waitMs > 0) return waitMs;
    for (let count = 0; count < missing; count += 1) {
      const pod =
        job.spec.completionMode === "Indexed" ? createIndexed(job, [...own]) : createPod(pods, job, job.spec.template);
      if (pod !== undefined) events.record(job, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
    }
    return undefined;
  };

  const createIndexed = (job: Job, own: Pod[]): Pod | undefined => {
    const taken = new Set(
      [...own, ...claim(job, job.spec.selector ?? {}, pods)]
        .filter((pod) => pod.status?.phase !== "Failed")
        .map((pod) => pod.metadata.annotations?.[INDEX_ANNOTATION]),
    );
    const index = Array.from({ length: job.spec.completions ?? 0 }, (_, each) => String(each)).find(
      (each) => !taken.has(each),
    );
    if (index === undefined) return undefined;
    const { template } = job.spec;
    const containers = template.spec.containers.map((container) => ({
      ...container,
      env: [...(container.env ?? []), { name: "JOB_COMPLETION_INDEX", value: index }],
    }));
    const extra = { [INDEX_ANNOTATION]: index };
    return createPod(
      pods,
      job,
      { ...template, spec: { ...template.spec, hostname: `${job.metadata.name}-${index}`, containers } },
      { labels: extra, annotations: extra },
    );
  };

  /** A finished Job goes when its time to live is over. */
  const expire = (job: Job, ended: Condition, now: number): number | undefined => {
    if (job.spec.ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined)
      return undefined;
    const leftMs = Date.parse(ended.lastTransitionTime ?? "") + job.spec.ttlSecondsAfterFinished * 1000 - now;
    if (leftMs > 0) return leftMs;
    jobs.delete(job, { propagationPolicy: "Foreground" });
    return undefined;
  };

  return controller(queue, [
    jobs.watch((_, job) => queue.add(job.metadata)),
    pods.watch((_, pod) => {
      const owner = controllerOf(pod);
      if (owner?.kind === "Job") queue.add({ namespace: pod.metadata.namespace ?? "", name: owner.name });
    }),
  ]);
}

interface Tally {
  readonly active: readonly Pod[];
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
}

function tallyOf(job: Job, own: readonly Pod[]): Tally {
  const succeeded = own.filter((pod) => pod.status?.phase === "Succeeded");
  const indexed = job.spec.completionMode === "Indexed";
  const once = new Map(
    succeeded.map((pod) => [indexed ? pod.metadata.annotations?.[INDEX_ANNOTATION] : pod.metadata.uid, pod]),
  );
  return {
    active: own.filter(isPodActive),
    succeeded: [...once.values()],
    failed: own.filter((pod) => pod.status?.phase === "Failed"),
  };
}

interface Verdict {
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
}

function judge(
  { spec }: Job,
  { active, succeeded, failed }: Tally,
  startTime: string | undefined,
  now: number,
): Verdict | undefined {
  const restarts =
    spec.template.spec.restartPolicy === "OnFailure" ? active.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  if (failed.length + restarts > (spec.backoffLimit ?? 6)) {
    return { succeeded: false, reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  }
  if (msUntilDeadline({ spec }, startTime, now) === 0) {
    return { succeeded: false, reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  }
  const done =
    spec.completions === undefined ? succeeded.length > 0 && active.length === 0 : succeeded.length >= spec.completions;
  return done
    ? { succeeded: true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }
    : undefined;
}

/** A pair, as since Kubernetes 1.31: first that it will end so, then that it has. */
function endConditions({ succeeded, reason, message }: Verdict, now: number): readonly Condition[] {
  const time = timestamp(now);
  const types = succeeded ? ["SuccessCriteriaMet", "Complete"] : ["FailureTarget", "Failed"];
  return types.map((type) => ({
    type,
    status: "True",
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message,
  }));
}

function endOf({ status }: Job): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: value }) => (type === "Complete" || type === "Failed") && value === "True",
  );
}

function suspension({ spec, status }: Job, now: number): readonly Condition[] {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== "Suspended");
  const before = status?.conditions?.find(({ type }) => type === "Suspended");
  const wanted = spec.suspend === true ? "True" : "False";
  if (before === undefined ? wanted === "False" : before.status === wanted) return status?.conditions ?? [];
  const [reason, message] = spec.suspend === true ? ["JobSuspended", "Job suspended"] : ["JobResumed", "Job resumed"];
  return [
    ...others,
    {
      type: "Suspended",
      status: wanted,
      lastProbeTime: timestamp(now),
      lastTransitionTime: timestamp(now),
      reason,
      message,
    },
  ];
}

function msUntilDeadline({ spec }: Pick<Job, "spec">, startTime: string | undefined, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Math.max(Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - now, 0);
}

/** 10 s after the first failure, doubling. */
function msOfBackoff(failed: readonly Pod[], now: number): number {
  if (failed.length === 0) return 0;
  const last = Math.max(
    ...failed.flatMap((pod) =>
      (pod.status?.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? "") || 0),
    ),
  );
  return Math.max(last + Math.min(BACKOFF_FIRST_MS * 2 ** (failed.length - 1), BACKOFF_MAX_MS) - now, 0);
}

function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function soonest(...waits: readonly (number | undefined)[]): number | undefined {
  const known = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return known.length === 0 ? undefined : Math.min(...known);
}
