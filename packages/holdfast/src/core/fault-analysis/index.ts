export { analyzeFaults } from "./analyze-faults.ts";
export type { FaultAnalysisOptions } from "./analyze-faults.ts";
export { defaultWriteConcern, writeMajority } from "./write-concern.ts";
export { capabilities } from "./fault-analysis.ts";
export type * from "./fault-analysis.ts";
