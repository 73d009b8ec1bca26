export { openFindings, suppressedFindings } from "./check-report.ts";
export type { CheckReport } from "./check-report.ts";
export type { UnusableFile } from "./unusable.ts";
export * from "./words.ts";
