export { analyzeDesign } from "./analyze-design.ts";
export type { Finding } from "./analyze-design.ts";
export { designRules } from "./registry.ts";
