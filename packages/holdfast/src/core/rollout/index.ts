export { planRollout } from "./plan.ts";
export type { Ownership, RolloutPlan } from "./plan.ts";
export { hasReadiness, judgeReadiness } from "./readiness.ts";
export type { Readiness } from "./readiness.ts";
