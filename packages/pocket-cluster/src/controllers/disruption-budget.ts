import { controllerOf, isPodFinished, isPodReady, scaled, selects, timestamp } from "../objects/index.ts";
import type { Pod, PodDisruptionBudget } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

/** An eviction that was allowed and has not happened by then never will. */
const EVICTION_TIMEOUT_MS = 120_000;

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number };
}

/** Counts what each PodDisruptionBudget can spare; the eviction subresource spends it. */
export function disruptionBudgetController(context: ControllerContext): Controller {
  const budgets = context.objects<PodDisruptionBudget>("policy/v1", "PodDisruptionBudget");
  const pods = context.objects<Pod>("v1", "Pod");
  const workloads = new Map(
    ["ReplicaSet", "StatefulSet"].map((kind) => [kind, context.objects<Scalable>("apps/v1", kind)]),
  );

  /** How many pods there should be: what their workloads want, or as many as there are when nobody wants them. */
  const expectedOf = (selected: readonly Pod[]): number => {
    const owners = new Map(selected.map((pod) => [controllerOf(pod)?.uid ?? pod.metadata.uid, pod]));
    return [...owners.values()].reduce((sum, pod) => {
      const owner = controllerOf(pod);
      const workload = owner && workloads.get(owner.kind)?.get(pod.metadata.namespace, owner.name);
      if (workload !== undefined) return sum + (workload.spec.replicas ?? 1);
      return sum + (owner === undefined ? 1 : selected.filter((each) => controllerOf(each)?.uid === owner.uid).length);
    }, 0);
  };

  const queue = createQueue("disruption", context, (namespace, name) => {
    const budget = budgets.get(namespace, name);
    if (budget === undefined) return undefined;
    const now = context.timers.now();
    const selected = pods
      .list(namespace)
      .filter((pod) => selects(budget.spec.selector, pod.metadata.labels) && !isPodFinished(pod));
    const { minAvailable, maxUnavailable } = budget.spec;
    const expected =
      maxUnavailable === undefined && typeof minAvailable === "number" ? selected.length : expectedOf(selected);
    const desired =
      maxUnavailable === undefined
        ? scaled(minAvailable ?? 0, expected, "up")
        : Math.max(expected - scaled(maxUnavailable, expected, "up"), 0);
    const disrupted = Object.fromEntries(
      Object.entries(budget.status?.disruptedPods ?? {}).filter(
        ([pod, since]) =>
          selected.some(({ metadata }) => metadata.name === pod && metadata.deletionTimestamp === undefined) &&
          Date.parse(since) + EVICTION_TIMEOUT_MS > now,
      ),
    );
    const healthy = selected.filter(
      (pod) =>
        isPodReady(pod) && pod.metadata.deletionTimestamp === undefined && disrupted[pod.metadata.name] === undefined,
    ).length;
    const allowed = Math.max(expected === 0 ? 0 : healthy - desired, 0);
    const before = budget.status?.conditions?.find(({ type }) => type === "DisruptionAllowed");
    const value = allowed > 0 ? "True" : "False";
    budgets.updateStatus(budget, {
      ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
      ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: [
        {
          type: "DisruptionAllowed",
          ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
          status: value,
          lastTransitionTime: before?.status === value ? before.lastTransitionTime : timestamp(now),
          reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
          message: "",
        },
      ],
    });
    return Object.keys(disrupted).length > 0 ? EVICTION_TIMEOUT_MS : undefined;
  });
  return controller(queue, [
    budgets.watch((_, budget) => queue.add(budget.metadata)),
    pods.watch((_, pod) => {
      for (const budget of budgets.list(pod.metadata.namespace))
        if (selects(budget.spec.selector, pod.metadata.labels)) queue.add(budget.metadata);
    }),
    ...[...workloads.values()].map((workload) =>
      workload.watch((_, object) => {
        for (const budget of budgets.list(object.metadata.namespace)) queue.add(budget.metadata);
      }),
    ),
  ]);
}
