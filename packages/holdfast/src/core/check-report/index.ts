export { openFindings, suppressedFindings } from "./check-report.ts";
export type { CheckReport } from "./check-report.ts";
export * from "./words.ts";
