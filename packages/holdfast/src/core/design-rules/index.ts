export { analyzeDesign, gravestFirst } from "./analyze-design.ts";
export type { Finding } from "./finding.ts";
export { requirements } from "./pattern-requirements.ts";
export type { Requirement } from "./pattern-requirements.ts";
export { designRules } from "./registry.ts";
export { suppressionRules } from "./suppressions.ts";
export type { RuleText } from "./rule.ts";
