import type { ScalingRules } from "../../objects/index.ts";

/** So close to the target nothing changes (kube-controller-manager's default tolerance). */
const TOLERANCE = 0.1;

/** One metric of one autoscaler, measured: usage and what counts as full, over the pods that have figures. */
export interface Measurement {
  readonly usage: number;
  readonly target: number;
  readonly measuredPods: number;
  /** Ready or not: pods without figures are taken to be on target when shrinking and idle when growing. */
  readonly allPods: number;
}

/** The size that brings usage to its target: `current` when it is near enough. */
export function recommendedSize(current: number, { usage, target, measuredPods, allPods }: Measurement): number {
  if (measuredPods === 0 || target === 0) return current;
  const ratio = usage / target;
  if (Math.abs(ratio - 1) <= TOLERANCE) return current;
  const missing = allPods - measuredPods;
  if (missing === 0) return Math.ceil(ratio * measuredPods);
  // What is not known is assumed the way that changes least.
  const perPod = target / measuredPods;
  const cautious = ratio < 1 ? (usage + missing * perPod) / (perPod * allPods) : usage / (perPod * allPods);
  if (Math.abs(cautious - 1) <= TOLERANCE || cautious > 1 !== ratio > 1) return current;
  return Math.ceil(cautious * allPods);
}

/** What happened to an autoscaler's target before, newest last. */
export interface History {
  readonly recommendations: readonly { readonly atMs: number; readonly size: number }[];
  readonly changes: readonly { readonly atMs: number; readonly by: number }[];
}

const DEFAULT_UP: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Percent", value: 100, periodSeconds: 15 },
    { type: "Pods", value: 4, periodSeconds: 15 },
  ],
};
const DEFAULT_DOWN: ScalingRules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly up?: ScalingRules;
  readonly down?: ScalingRules;
}

/** The size to take now: not more often, further or sooner than the behaviour allows (autoscaling/v2 HorizontalPodAutoscalerBehavior). */
export function stabilizedSize(
  current: number,
  recommended: number,
  history: History,
  bounds: Bounds,
  nowMs: number,
): number {
  const up = { ...DEFAULT_UP, ...bounds.up };
  const down = { ...DEFAULT_DOWN, ...bounds.down };
  const within = (seconds: number | undefined): readonly number[] =>
    history.recommendations.filter(({ atMs }) => atMs > nowMs - (seconds ?? 0) * 1000).map(({ size }) => size);
  let size = recommended;
  // Growing: the least that was wanted in the window; shrinking: the most.
  if (recommended > current) size = Math.max(Math.min(recommended, ...within(up.stabilizationWindowSeconds)), current);
  else if (recommended < current)
    size = Math.min(Math.max(recommended, ...within(down.stabilizationWindowSeconds)), current);
  if (size > current) size = Math.min(size, limit(current, up, history, nowMs, 1));
  if (size < current) size = Math.max(size, limit(current, down, history, nowMs, -1));
  return Math.min(Math.max(size, bounds.min), bounds.max);
}

/** How far the policies let it go in one direction, counting what was already done in their periods. */
function limit(
  current: number,
  { selectPolicy, policies = [] }: ScalingRules,
  history: History,
  nowMs: number,
  direction: 1 | -1,
): number {
  if (selectPolicy === "Disabled") return current;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const done = history.changes
      .filter(({ atMs, by }) => atMs > nowMs - periodSeconds * 1000 && Math.sign(by) === direction)
      .reduce((sum, { by }) => sum + by, 0);
    const start = current - done;
    if (type === "Pods") return start + direction * value;
    return direction === 1 ? Math.ceil(start * (1 + value / 100)) : Math.floor(start * (1 - value / 100));
  });
  if (limits.length === 0) return current;
  const furthest = (selectPolicy ?? "Max") === "Max";
  return furthest === (direction === 1) ? Math.max(...limits) : Math.min(...limits);
}
