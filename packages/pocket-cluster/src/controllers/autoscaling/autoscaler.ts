import { isPodActive, isPodReady, parseQuantity, selects, timestamp } from "../../objects/index.ts";
import type { Condition, HorizontalPodAutoscaler, LabelSelector, Pod } from "../../objects/index.ts";
import type { KubeObject } from "../../store/contract.ts";
import { controller, createQueue } from "../controller.ts";
import type { Controller, ControllerContext } from "../controller.ts";
import { recommendedSize, stabilizedSize } from "./recommendation.ts";
import type { History, Measurement } from "./recommendation.ts";

const PERIOD_MS = 15_000;
const HISTORY_MS = 3_600_000;

/** What a container uses now. */
export interface ContainerFigures {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

/** Sizes workloads by the CPU or memory that their pods really use. */
export function autoscaler(context: ControllerContext, usage: () => readonly ContainerFigures[]): Controller {
  const autoscalers = context.objects<HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler");
  const pods = context.objects<Pod>("v1", "Pod");
  const targets = new Map(
    ["Deployment", "StatefulSet", "ReplicaSet"].map((kind) => [kind, context.objects<Scalable>("apps/v1", kind)]),
  );
  const events = context.events("horizontal-pod-autoscaler");
  const histories = new Map<string, History>();

  const queue = createQueue("autoscaler", context, (namespace, name) => {
    const scaler = autoscalers.get(namespace, name);
    if (scaler === undefined) {
      histories.delete(`${namespace ?? ""}/${name}`);
      return undefined;
    }
    const now = context.timers.now();
    const { scaleTargetRef, minReplicas = 1, maxReplicas, behavior } = scaler.spec;
    const kind = targets.get(scaleTargetRef.kind);
    const target = kind?.get(namespace, scaleTargetRef.name);
    if (kind === undefined || target === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${scaleTargetRef.kind} "${scaleTargetRef.name}" not found`;
      report(
        scaler,
        { ...scaler.status },
        [{ type: "AbleToScale", status: "False", reason: "FailedGetScale", message }],
        now,
      );
      return PERIOD_MS;
    }
    const current = target.spec.replicas ?? 1;
    const base = {
      currentReplicas: target.status?.replicas ?? current,
      ...(scaler.status?.lastScaleTime !== undefined && { lastScaleTime: scaler.status.lastScaleTime }),
    };
    if (current === 0) {
      report(
        scaler,
        { ...base, desiredReplicas: 0 },
        [
          {
            type: "ScalingActive",
            status: "False",
            reason: "ScalingDisabled",
            message: "scaling is disabled since the replica count of the target is zero",
          },
        ],
        now,
      );
      return PERIOD_MS;
    }
    const selected = pods
      .list(namespace)
      .filter((pod) => isPodActive(pod) && selects(target.spec.selector, pod.metadata.labels));
    const measured = measureAll(scaler, selected, usage());
    if (typeof measured === "string") {
      report(
        scaler,
        { ...base, desiredReplicas: scaler.status?.desiredReplicas ?? 0, currentMetrics: null },
        [
          {
            type: "AbleToScale",
            status: "True",
            reason: "SucceededGetScale",
            message: "the HPA controller was able to get the target's current scale",
          },
          {
            type: "ScalingActive",
            status: "False",
            reason: "FailedGetResourceMetric",
            message: `the HPA was unable to compute the replica count: ${measured}`,
          },
        ],
        now,
      );
      events.record(scaler, "Warning", "FailedGetResourceMetric", measured);
      return PERIOD_MS;
    }
    const recommended = Math.max(...measured.map(({ measurement }) => recommendedSize(current, measurement)));
    const key = `${namespace ?? ""}/${name}`;
    // Nothing is known of before: what is now counts as wanted until then.
    const history = histories.get(key) ?? { recommendations: [{ atMs: now, size: current }], changes: [] };
    const bounds = {
      min: minReplicas,
      max: maxReplicas,
      ...(behavior?.scaleUp && { up: behavior.scaleUp }),
      ...(behavior?.scaleDown && { down: behavior.scaleDown }),
    };
    const size = stabilizedSize(current, recommended, history, bounds, now);
    histories.set(key, {
      recommendations: [...history.recommendations, { atMs: now, size: recommended }].filter(
        ({ atMs }) => atMs > now - HISTORY_MS,
      ),
      changes: [...history.changes, ...(size === current ? [] : [{ atMs: now, by: size - current }])].filter(
        ({ atMs }) => atMs > now - HISTORY_MS,
      ),
    });
    if (size !== current) {
      kind.update({ ...target, spec: { ...target.spec, replicas: size } });
      const reason = size > current ? "above" : "below";
      events.record(
        scaler,
        "Normal",
        "SuccessfulRescale",
        `New size: ${size}; reason: ${measured[0]?.name ?? "cpu"} resource utilization (percentage of request) ${reason} target`,
      );
    }
    const limited = recommended < minReplicas || recommended > maxReplicas;
    report(
      scaler,
      {
        ...base,
        desiredReplicas: size,
        currentMetrics: measured.map(({ shown }) => shown),
        ...(size !== current && { lastScaleTime: timestamp(now) }),
      },
      [
        size === current
          ? {
              type: "AbleToScale",
              status: "True",
              reason: "ReadyForNewScale",
              message: "recommended size matches current size",
            }
          : {
              type: "AbleToScale",
              status: "True",
              reason: "SucceededRescale",
              message: `the HPA controller was able to update the target scale to ${size}`,
            },
        {
          type: "ScalingActive",
          status: "True",
          reason: "ValidMetricFound",
          message: `the HPA was able to successfully calculate a replica count from ${measured[0]?.name ?? "cpu"} resource utilization (percentage of request)`,
        },
        limited
          ? {
              type: "ScalingLimited",
              status: "True",
              reason: recommended > maxReplicas ? "TooManyReplicas" : "TooFewReplicas",
              message: `the desired replica count is ${recommended > maxReplicas ? "more than the maximum" : "less than the minimum"} replica count`,
            }
          : {
              type: "ScalingLimited",
              status: "False",
              reason: "DesiredWithinRange",
              message: "the desired count is within the acceptable range",
            },
      ],
      now,
    );
    return PERIOD_MS;
  });

  const report = (
    scaler: HorizontalPodAutoscaler,
    status: object,
    conditions: readonly Condition[],
    now: number,
  ): void => {
    const before = scaler.status?.conditions ?? [];
    const timed = conditions.map((condition) => {
      const earlier = before.find(({ type }) => type === condition.type);
      return {
        ...condition,
        lastTransitionTime: earlier?.status === condition.status ? earlier.lastTransitionTime : timestamp(now),
      };
    });
    autoscalers.updateStatus(scaler, {
      ...status,
      ...(scaler.metadata.generation !== undefined && { observedGeneration: scaler.metadata.generation }),
      conditions: timed,
    });
  };
  return controller(queue, [
    autoscalers.watch((type, scaler) => {
      // Its own status is no reason to look again.
      if (type !== "MODIFIED" || scaler.status?.observedGeneration !== scaler.metadata.generation)
        queue.add(scaler.metadata);
    }),
  ]);
}

interface Measured {
  readonly name: string;
  readonly measurement: Measurement;
  readonly shown: object;
}

/** Each metric of the spec (80 % of the CPU request when there is none), or why there is no figure. */
function measureAll(
  scaler: HorizontalPodAutoscaler,
  pods: readonly Pod[],
  figures: readonly ContainerFigures[],
): readonly Measured[] | string {
  const metrics = scaler.spec.metrics ?? [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ];
  const results: Measured[] = [];
  for (const { type, resource } of metrics) {
    if (type !== "Resource" || resource === undefined)
      return `metrics of type ${type} are not supported here; use Resource`;
    const result = measure(resource.name, resource.target, pods, figures);
    if (typeof result === "string") return result;
    results.push(result);
  }
  return results.length === 0 ? "no metric is given" : results;
}

type Target = { readonly averageUtilization?: number; readonly averageValue?: string };

function measure(
  name: string,
  { averageUtilization, averageValue }: Target,
  pods: readonly Pod[],
  figures: readonly ContainerFigures[],
): Measured | string {
  let usage = 0;
  let requested = 0;
  let measuredPods = 0;
  for (const pod of pods) {
    const own = figures.filter((each) => each.pod === pod.metadata.name && each.namespace === pod.metadata.namespace);
    if (own.length === 0 || !isPodReady(pod)) continue;
    measuredPods += 1;
    usage += own.reduce((sum, each) => sum + (name === "memory" ? each.memoryBytes : each.cpuNanocores / 1e9), 0);
    for (const container of pod.spec.containers) {
      const request = parseQuantity(container.resources?.requests?.[name] ?? "");
      if (request === undefined && averageUtilization !== undefined) {
        return `failed to get ${name} utilization: missing request for ${name} in container ${container.name} of Pod ${pod.metadata.name}`;
      }
      requested += request ?? 0;
    }
  }
  if (measuredPods === 0)
    return `failed to get ${name} utilization: did not receive metrics for targeted pods (pods might be unready)`;
  const target =
    averageUtilization === undefined
      ? (parseQuantity(averageValue ?? "") ?? 0) * measuredPods
      : (requested * averageUtilization) / 100;
  const average =
    name === "memory" ? String(Math.round(usage / measuredPods)) : `${Math.round((usage / measuredPods) * 1000)}m`;
  const current = {
    averageValue: average,
    ...(averageUtilization !== undefined && { averageUtilization: Math.round((usage / requested) * 100) }),
  };
  return {
    name,
    measurement: { usage, target, measuredPods, allPods: pods.length },
    shown: { type: "Resource", resource: { name, current } },
  };
}
