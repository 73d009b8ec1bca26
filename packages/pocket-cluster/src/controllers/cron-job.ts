import { controllerOf, controllerReference, isControlledBy, timestamp } from "../objects/index.ts";
import type { CronJob, EventRecorder, Job, Resource } from "../objects/index.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { parseCronSchedule } from "./cron-schedule.ts";
import type { CronSchedule } from "./cron-schedule.ts";

/** So many missed times are looked through; a schedule that missed more starts again from the present. */
const MISSED_MAX = 100;

/** Starts a Job at each time of a CronJob's schedule. */
export function cronJobController(context: ControllerContext): Controller {
  const crons = context.objects<CronJob>("batch/v1", "CronJob");
  const jobs = context.objects<Job>("batch/v1", "Job");
  const events = context.events("cronjob-controller");

  const queue = createQueue("cronjob", context, (namespace, name) => {
    const cron = crons.get(namespace, name);
    if (cron === undefined || cron.metadata.deletionTimestamp !== undefined) return undefined;
    const now = context.timers.now();
    const own = jobs.list(namespace).filter((job) => isControlledBy(job, cron));
    const schedule = parseCronSchedule(cron.spec.schedule, cron.spec.timeZone);
    if (schedule === undefined) {
      events.record(cron, "Warning", "InvalidSchedule", `unparseable schedule: ${cron.spec.schedule}`);
      return undefined;
    }
    const active = own.filter((job) => endType(job) === undefined);
    const due = cron.spec.suspend === true ? undefined : latestDue(cron, schedule, now);
    const started = due === undefined ? undefined : start(cron, due, active, jobs, events);
    const successes = own.flatMap((job) =>
      endType(job) === "Complete" && job.status?.completionTime !== undefined ? [job.status.completionTime] : [],
    );
    crons.updateStatus(cron, {
      ...cron.status,
      active: [...active, ...(started === undefined ? [] : [started])]
        .filter((job) => jobs.get(namespace, job.metadata.name) !== undefined)
        .map(({ apiVersion, kind, metadata }) => ({
          apiVersion,
          kind,
          name: metadata.name,
          namespace: metadata.namespace,
          uid: metadata.uid,
          resourceVersion: metadata.resourceVersion,
        })),
      ...(started !== undefined && due !== undefined && { lastScheduleTime: timestamp(due) }),
      ...(successes.length > 0 && { lastSuccessfulTime: successes.sort().at(-1) }),
    });
    forget(own, "Complete", cron.spec.successfulJobsHistoryLimit ?? 3, jobs);
    forget(own, "Failed", cron.spec.failedJobsHistoryLimit ?? 1, jobs);
    const next = cron.spec.suspend === true ? undefined : schedule.next(now);
    return next === undefined ? undefined : next - now;
  });
  return controller(queue, [
    crons.watch((_, cron) => queue.add(cron.metadata)),
    jobs.watch((_, job) => {
      const owner = controllerOf(job);
      if (owner?.kind === "CronJob") queue.add({ namespace: job.metadata.namespace ?? "", name: owner.name });
    }),
  ]);
}

/** The newest time that has come since the last start and is not too long ago. */
function latestDue({ spec, status, metadata }: CronJob, schedule: CronSchedule, now: number): number | undefined {
  let from = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  if (spec.startingDeadlineSeconds !== undefined) from = Math.max(from, now - spec.startingDeadlineSeconds * 1000);
  let due: number | undefined;
  for (
    let count = 0, next = schedule.next(from);
    next !== undefined && next <= now;
    next = schedule.next(next), count += 1
  ) {
    due = next;
    if (count > MISSED_MAX) return schedule.next(now - 60_000);
  }
  return due;
}

function start(
  cron: CronJob,
  due: number,
  active: readonly Job[],
  jobs: Resource<Job>,
  events: EventRecorder,
): Job | undefined {
  const { namespace, name } = cron.metadata;
  // The time is part of the name: the same time never starts two.
  const jobName = `${name}-${Math.floor(due / 60_000)}`;
  if (jobs.get(namespace, jobName) !== undefined) return undefined;
  if (active.length > 0 && cron.spec.concurrencyPolicy === "Forbid") {
    events.record(
      cron,
      "Normal",
      "JobAlreadyActive",
      "Not starting job because prior execution is running and concurrency policy is Forbid",
    );
    return undefined;
  }
  if (cron.spec.concurrencyPolicy === "Replace")
    for (const job of active) jobs.delete(job, { propagationPolicy: "Background" });
  const { metadata, spec } = cron.spec.jobTemplate;
  const job = jobs.create(namespace, {
    metadata: {
      name: jobName,
      namespace,
      ...(metadata?.labels && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp": timestamp(due) },
      ownerReferences: [controllerReference(cron)],
    },
    spec,
  });
  events.record(cron, "Normal", "SuccessfulCreate", `Created job ${jobName}`);
  return job;
}

function forget(own: readonly Job[], type: "Complete" | "Failed", kept: number, jobs: Resource<Job>): void {
  const ended = own
    .filter((job) => endType(job) === type)
    .sort((a, b) => Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp));
  for (const job of ended.slice(kept)) jobs.delete(job, { propagationPolicy: "Background" });
}

function endType({ status }: Job): string | undefined {
  return status?.conditions?.find(
    ({ type, status: value }) => value === "True" && (type === "Complete" || type === "Failed"),
  )?.type;
}
