import { timestamp } from "../objects/index.ts";
import type { ContainerStatus, Pod, PodCondition, PodStatus } from "../objects/index.ts";

export interface PodObservation {
  readonly pod: Pod;
  readonly now: number;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly startTime: string;
  /** Has its address and volumes. */
  readonly prepared: boolean;
  readonly initContainers: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** The node ended the pod itself. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

type Phase = NonNullable<PodStatus["phase"]>;

/** The status that a kubelet would report. Conditions of other writers (readiness gates) stay. */
export function podStatus(observation: PodObservation): PodStatus {
  const { pod, hostIP, podIP, startTime, failure } = observation;
  const phase = failure === undefined ? phaseOf(observation) : "Failed";
  const ended = phase === "Succeeded" || phase === "Failed";
  const settle = (status: ContainerStatus): ContainerStatus =>
    ended && status.ready ? { ...status, ready: false } : status;
  const previous = pod.status ?? {};
  return {
    ...previous,
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: conditionsOf(observation, phase),
    ...failure,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP !== undefined && { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    ...(observation.initContainers.length > 0 && { initContainerStatuses: observation.initContainers }),
    containerStatuses: observation.containers.map(settle),
    qosClass: previous.qosClass ?? qosClass(pod),
  };
}

/** kubelet's getPhase: what the containers' states add up to. */
export function phaseOf({
  pod,
  initContainers,
  containers,
}: Pick<PodObservation, "pod" | "initContainers" | "containers">): Phase {
  const policy = pod.spec.restartPolicy ?? "Always";
  let initialising = 0;
  let initialisationFailed = 0;
  for (const [index, { state, lastState, started }] of initContainers.entries()) {
    const sidecar = pod.spec.initContainers?.[index]?.restartPolicy === "Always";
    const ended = state.terminated ?? (state.waiting ? lastState.terminated : undefined);
    if (sidecar) initialising += started || state.terminated ? 0 : 1;
    else if (ended === undefined) initialising += 1;
    else if (ended.exitCode !== 0) initialisationFailed += 1;
  }
  const running = containers.filter(({ state }) => state.running).length;
  const ended = containers
    .map(({ state, lastState }) => state.terminated ?? (state.waiting ? lastState.terminated : undefined))
    .filter((end) => end !== undefined);
  const waiting = containers.length - running - ended.length;
  const allSucceeded = ended.every(({ exitCode }) => exitCode === 0);
  const allTerminal =
    containers.every(({ state }) => state.terminated) && initContainers.every(({ state }) => state.terminated);

  if (initialisationFailed > 0 && policy === "Never") return "Failed";
  if (initialising > 0 || initialisationFailed > 0 || waiting > 0) return "Pending";
  if (running > 0) return "Running";
  if (pod.metadata.deletionTimestamp !== undefined && allTerminal) return allSucceeded ? "Succeeded" : "Failed";
  if (policy === "Always") return "Running";
  if (allSucceeded) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
}

function conditionsOf(observation: PodObservation, phase: Phase): readonly PodCondition[] {
  const { pod, prepared, now } = observation;
  const previous = pod.status?.conditions ?? [];
  const make = (type: string, verdict: Verdict): PodCondition => {
    const before = previous.find((condition) => condition.type === type);
    return {
      type,
      ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
      status: verdict.status,
      lastTransitionTime:
        before?.status === verdict.status ? (before.lastTransitionTime ?? timestamp(now)) : timestamp(now),
      ...(verdict.reason !== undefined && { reason: verdict.reason }),
      ...(verdict.message !== undefined && { message: verdict.message }),
    };
  };
  const containersReady = containersReadiness(observation, phase);
  const own = [
    make("PodReadyToStartContainers", {
      status: prepared && phase !== "Succeeded" && phase !== "Failed" ? "True" : "False",
    }),
    make("Initialized", initialisation(observation, phase)),
    make("Ready", gates(pod, containersReady)),
    make("ContainersReady", containersReady),
    make("PodScheduled", { status: "True" }),
  ];
  return [...own, ...previous.filter(({ type }) => !own.some((condition) => condition.type === type))];
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}

function initialisation({ pod, initContainers }: PodObservation, phase: Phase): Verdict {
  if (phase === "Succeeded") return { status: "True", reason: "PodCompleted" };
  const incomplete = initContainers
    .filter(({ state, started }, index) =>
      pod.spec.initContainers?.[index]?.restartPolicy === "Always" ? !started : state.terminated?.exitCode !== 0,
    )
    .map(({ name }) => name);
  if (incomplete.length === 0) return { status: "True" };
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${incomplete.join(" ")}]`,
  };
}

function containersReadiness({ pod, initContainers, containers }: PodObservation, phase: Phase): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const counted = [
    ...initContainers.filter((_, index) => pod.spec.initContainers?.[index]?.restartPolicy === "Always"),
    ...containers,
  ];
  const unready = counted.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { status: "True" };
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: [${unready.join(" ")}]`,
  };
}

function gates(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status === "False") return containersReady;
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === "True"
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return messages.length === 0
    ? { status: "True" }
    : { status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

/** Guaranteed: limits for cpu and memory everywhere, equal to the requests; BestEffort: nothing stated anywhere. */
function qosClass(pod: Pod): string {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const stated = containers.some(
    ({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0,
  );
  if (!stated) return "BestEffort";
  const guaranteed = containers.every(({ resources }) =>
    ["cpu", "memory"].every((name) => {
      const limit = resources?.limits?.[name];
      return limit !== undefined && (resources?.requests?.[name] ?? limit) === limit;
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
