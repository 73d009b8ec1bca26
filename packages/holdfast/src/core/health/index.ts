export { probePaceMs, restore, step, unjudged } from "./site-health.ts";
export type { ProbeSample, SiteHealth, Thresholds, Verdict } from "./site-health.ts";
