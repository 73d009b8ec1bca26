/** The product has the table, as `holdfast explain` prints it. */
export { requirements } from "../packages/holdfast/src/core/design-rules/index.ts";
export type { Requirement } from "../packages/holdfast/src/core/design-rules/index.ts";
