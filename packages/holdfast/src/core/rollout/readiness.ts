import type { Manifest } from "../render/kubernetes/index.ts";
import { describePodTrouble } from "./pod-trouble.ts";
import { conditionOf } from "./workload-status.ts";
import type { Observed } from "./workload-status.ts";

export type Readiness =
  | { readonly kind: "ready" }
  /** It may still become ready by itself. */
  | { readonly kind: "waiting"; readonly reason: string }
  /** Kubernetes gave up on it. */
  | { readonly kind: "failed"; readonly reason: string };

const READY: Readiness = { kind: "ready" };
const waiting = (reason: string): Readiness => ({ kind: "waiting", reason });
const failed = (reason: string): Readiness => ({ kind: "failed", reason });

type Judge = (object: Observed, pods: readonly Observed[]) => Readiness;

/**
 * Kinds whose objects have to become something after they were accepted. Others are ready once they are there; so is an
 * Ingress, because its controller need not publish an address.
 */
const judges: Readonly<Record<string, Judge>> = {
  "apps/v1 Deployment": judgeDeployment,
  "apps/v1 StatefulSet": judgeStatefulSet,
  "batch/v1 Job": judgeJob,
  "v1 Pod": (pod) => judgePod(pod),
  "v1 Service": judgeService,
  "v1 Namespace": ({ status }) => (status?.phase === "Terminating" ? failed("it is being deleted") : READY),
  "v1 PersistentVolumeClaim": ({ status }) =>
    status?.phase === "Bound" ? READY : waiting(`the volume is ${(status?.phase ?? "pending").toLowerCase()}`),
  "cert-manager.io/v1 Certificate": judgeCertificate,
};

/** Is there anything to wait for after an object like this was applied? */
export function hasReadiness(manifest: Manifest): boolean {
  const isPlainService = manifest.kind === "Service" && (manifest as Observed).spec?.type !== "LoadBalancer";
  return !isPlainService && `${manifest.apiVersion} ${manifest.kind}` in judges;
}

/** `pods`: those of its namespace (others are ignored), which say why a workload is not ready. */
export function judgeReadiness(object: Manifest, pods: readonly Manifest[] = []): Readiness {
  const observed = object as Observed;
  const judge = judges[`${object.apiVersion} ${object.kind}`];
  if (observed.metadata.deletionTimestamp !== undefined) return waiting("it is being deleted");
  return judge === undefined ? READY : judge(observed, pods);
}

/** The controller of its kind has not looked at the newest spec yet, so nothing in its status is about it. */
function isUnobserved({ metadata, status }: Observed): boolean {
  return metadata.generation !== undefined && (status?.observedGeneration ?? 0) < metadata.generation;
}

/** As `kubectl rollout status` does: all updated, none old left, all available. */
function judgeDeployment(deployment: Observed, pods: readonly Observed[]): Readiness {
  const { spec, status = {} } = deployment;
  if (isUnobserved(deployment)) return waiting("not seen by its controller yet");
  const progressing = conditionOf(deployment, "Progressing");
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const explain = (text: string): string => withPods(text, deployment, pods);
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return failed(explain(`no progress for too long, ${availableReplicas} of ${wanted} replicas ready`));
  }
  if (updatedReplicas < wanted) return waiting(explain(`${updatedReplicas} of ${wanted} replicas updated`));
  if (availableReplicas < wanted) return waiting(explain(`${availableReplicas} of ${wanted} replicas ready`));
  if (replicas > updatedReplicas) return waiting(explain(`${replicas - updatedReplicas} old replicas to end`));
  return READY;
}

function judgeStatefulSet(set: Observed, pods: readonly Observed[]): Readiness {
  const { spec, status = {} } = set;
  if (isUnobserved(set)) return waiting("not seen by its controller yet");
  const wanted = spec?.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = status;
  if (readyReplicas < wanted) return waiting(withPods(`${readyReplicas} of ${wanted} replicas ready`, set, pods));
  const rolls = spec?.updateStrategy?.type !== "OnDelete";
  if (rolls && currentRevision !== updateRevision && updatedReplicas < wanted) {
    return waiting(withPods(`${updatedReplicas} of ${wanted} replicas updated`, set, pods));
  }
  return READY;
}

function judgeJob(job: Observed, pods: readonly Observed[]): Readiness {
  const broken = conditionOf(job, "Failed");
  if (broken?.status === "True") return failed(broken.message ?? broken.reason ?? "the job failed");
  if (conditionOf(job, "Complete")?.status === "True") return READY;
  return waiting(withPods(`${job.status?.succeeded ?? 0} of ${job.spec?.completions ?? 1} completed`, job, pods));
}

function judgePod(pod: Observed): Readiness {
  if (pod.status?.phase === "Succeeded" || conditionOf(pod, "Ready")?.status === "True") return READY;
  const reason = describePodTrouble(pod) ?? "not ready";
  return pod.status?.phase === "Failed" ? failed(reason) : waiting(reason);
}

function judgeService({ spec, status }: Observed): Readiness {
  const hasAddress = (status?.loadBalancer?.ingress ?? []).length > 0;
  return spec?.type !== "LoadBalancer" || hasAddress ? READY : waiting("the load balancer has no address yet");
}

function judgeCertificate(certificate: Observed): Readiness {
  const ready = conditionOf(certificate, "Ready");
  return ready?.status === "True" ? READY : waiting(ready?.message ?? "not issued yet");
}

/** Says what keeps the workload's pods, at most three of them: one bad image usually holds all. */
function withPods(text: string, workload: Observed, pods: readonly Observed[]): string {
  const wanted = Object.entries(workload.spec?.selector?.matchLabels ?? {});
  const troubles = pods
    .filter(({ metadata }) => metadata.namespace === workload.metadata.namespace)
    .filter(({ metadata }) => wanted.length > 0 && wanted.every(([key, value]) => metadata.labels?.[key] === value))
    .flatMap((pod) => {
      const trouble = describePodTrouble(pod);
      return trouble === undefined ? [] : [`pod ${pod.metadata.name}: ${trouble}`];
    });
  const more = troubles.length > 3 ? [`${troubles.length - 3} more pods`] : [];
  return [text, ...troubles.sort().slice(0, 3), ...more].join("; ");
}
