export { checkChange } from "./check-change.ts";
export { compareDesigns } from "./compare-designs.ts";
export type { CapabilityChange, DesignChange, RecoveryChange } from "./compare-designs.ts";
export { namedPath } from "./named-path.ts";
export { changeRules } from "./registry.ts";
