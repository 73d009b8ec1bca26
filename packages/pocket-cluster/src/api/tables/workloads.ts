import type { KubeObject } from "../../store/contract.ts";
import { ageColumn, column, integer, nameColumn, templateColumns, wide } from "./columns.ts";
import type { Column } from "./columns.ts";
import { at, count, humanDuration, items, labelsText, NONE, orNone, since, text } from "./reading.ts";

const desired = (object: KubeObject): number => count(object, "spec.replicas");

export const workloadTables: Readonly<Record<string, readonly Column[]>> = {
  "apps/deployments": [
    nameColumn,
    column("Ready", "Number of the pod with ready state", (o) => `${count(o, "status.readyReplicas")}/${desired(o)}`),
    column(
      "Up-to-date",
      "Total number of non-terminating pods targeted by this deployment that have the desired template spec.",
      (o) => count(o, "status.updatedReplicas"),
    ),
    column(
      "Available",
      "Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.",
      (o) => count(o, "status.availableReplicas"),
    ),
    ageColumn,
    ...templateColumns(
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment.",
    ),
  ],
  "apps/replicasets": [
    nameColumn,
    integer("Desired", "Replicas is the number of desired pods.", desired),
    integer("Current", "Replicas is the most recently observed number of pods.", (o) => count(o, "status.replicas")),
    integer("Ready", "The number of non-terminating pods with a Ready condition.", (o) =>
      count(o, "status.readyReplicas"),
    ),
    ageColumn,
    ...templateColumns("Selector is a label query over pods that should match the replica count."),
  ],
  "apps/statefulsets": [
    nameColumn,
    column("Ready", "Number of the pod with ready state", (o) => `${count(o, "status.readyReplicas")}/${desired(o)}`),
    ageColumn,
    ...templateColumns(undefined),
  ],
  "apps/daemonsets": [
    nameColumn,
    integer("Desired", "The total number of nodes that should be running the daemon pod.", (o) =>
      count(o, "status.desiredNumberScheduled"),
    ),
    integer("Current", "The number of nodes that are running at least 1 daemon pod.", (o) =>
      count(o, "status.currentNumberScheduled"),
    ),
    integer("Ready", "The number of nodes with a running and ready daemon pod.", (o) => count(o, "status.numberReady")),
    integer("Up-to-date", "The number of nodes that are running the updated daemon pod.", (o) =>
      count(o, "status.updatedNumberScheduled"),
    ),
    integer("Available", "The number of nodes with an available daemon pod.", (o) =>
      count(o, "status.numberAvailable"),
    ),
    column("Node Selector", "The nodes that the pods are meant for.", (o) =>
      labelsText(at(o, "spec.template.spec.nodeSelector")),
    ),
    ageColumn,
    ...templateColumns("A label query over pods that are managed by the daemon set."),
  ],
  "apps/controllerrevisions": [
    nameColumn,
    column("Controller", "Controller of the object", (o) => {
      const owner = o.metadata.ownerReferences?.find((reference) => reference.controller === true);
      if (owner === undefined) return NONE;
      const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0] ?? ""}` : "";
      return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
    }),
    column("Revision", "Revision indicates the revision of the state represented by Data.", (o) =>
      count(o, "revision"),
    ),
    ageColumn,
  ],
  "batch/jobs": [
    nameColumn,
    column("Status", "Status of the job.", jobStatus),
    column("Completions", "Pods that succeeded, of those wanted.", jobCompletions),
    column("Duration", "Time required to complete the job.", jobDuration),
    ageColumn,
    ...templateColumns("A label query over pods that should match the pod count."),
  ],
  "batch/cronjobs": [
    nameColumn,
    column("Schedule", "The schedule in Cron format.", (o) => text(o, "spec.schedule")),
    column("Timezone", "The time zone name for the given schedule.", (o) => orNone(text(o, "spec.timeZone"))),
    column("Suspend", "Tells the controller to suspend subsequent executions.", (o) =>
      at(o, "spec.suspend") === true ? "True" : "False",
    ),
    integer("Active", "The number of currently running jobs.", (o) => items(o, "status.active").length),
    column("Last Schedule", "When the job was last successfully scheduled.", (o, now) =>
      at(o, "status.lastScheduleTime") === undefined ? NONE : since(at(o, "status.lastScheduleTime"), now),
    ),
    ageColumn,
    ...templateColumns(undefined),
    wide(column("Selector", "A label query over pods.", () => NONE)),
  ],
};

function hasCondition(object: KubeObject, type: string): boolean {
  return items(object, "status.conditions").some((c) => text(c, "type") === type && text(c, "status") === "True");
}

function jobStatus(job: KubeObject): string {
  if (hasCondition(job, "Complete")) return "Complete";
  if (hasCondition(job, "Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (hasCondition(job, "Suspended")) return "Suspended";
  if (hasCondition(job, "FailureTarget")) return "FailureTarget";
  if (hasCondition(job, "SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

function jobCompletions(job: KubeObject): string {
  const succeeded = count(job, "status.succeeded");
  if (at(job, "spec.completions") !== undefined) return `${succeeded}/${count(job, "spec.completions")}`;
  const parallelism = count(job, "spec.parallelism");
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const start = Date.parse(text(job, "status.startTime"));
  if (Number.isNaN(start)) return "";
  const end = Date.parse(text(job, "status.completionTime"));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}
