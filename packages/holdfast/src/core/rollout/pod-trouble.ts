import { conditionOf } from "./workload-status.ts";
import type { ContainerStatus, Observed } from "./workload-status.ts";

/** Every container passes through these on its way up. */
const ON_ITS_WAY = new Set(["ContainerCreating", "PodInitializing"]);
const LONGEST_MESSAGE = 200;

/** What keeps a pod from being ready, in the words of Kubernetes; undefined when nothing does. */
export function describePodTrouble(pod: Observed): string | undefined {
  const { status = {}, metadata } = pod;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  if (status.phase === "Succeeded" || conditionOf(pod, "Ready")?.status === "True") return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return sentence(scheduled.reason ?? "Unschedulable", scheduled.message);
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return containers.map(describeContainer).find((text) => text !== undefined) ?? describePhase(pod);
}

function describeContainer({ state, lastState, restartCount = 0 }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state ?? {};
  const before = lastState?.terminated;
  if (waiting?.reason !== undefined && !ON_ITS_WAY.has(waiting.reason)) {
    const exit =
      waiting.reason === "CrashLoopBackOff" && before?.exitCode !== undefined
        ? `exit code ${before.exitCode}`
        : undefined;
    return sentence(waiting.reason, exit ?? waiting.message);
  }
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return sentence(terminated.reason ?? "Error", `exit code ${terminated.exitCode ?? "unknown"}`);
  }
  return restartCount > 0 && before !== undefined
    ? `restarted ${restartCount} times (${before.reason ?? "Error"})`
    : undefined;
}

function describePhase({ status = {} }: Observed): string | undefined {
  if (status.phase === "Running") return "runs, and its readiness probe does not pass yet";
  return status.phase === "Failed" ? "Failed" : "starting";
}

function sentence(reason: string, message: string | undefined): string {
  if (message === undefined || message === "") return reason;
  const text = message.replaceAll(/\s+/g, " ").trim();
  return `${reason}: ${text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text}`;
}
