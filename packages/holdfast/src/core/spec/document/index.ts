export type { SourceDocument } from "./document.ts";
export { expandPattern, formatPath, valueAt } from "./path.ts";
export type { Path } from "./path.ts";
export { documentLimits, readDocument } from "./read-document.ts";
