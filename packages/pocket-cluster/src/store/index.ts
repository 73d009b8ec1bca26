/** The object store of the pocket cluster: pure, synchronous, and it behaves as the Kubernetes API documents. */
export * from "./contract.ts";
export { statusOf } from "./errors.ts";
export { parseLabelSelector } from "./selectors/label-selector.ts";
export { createStore } from "./store.ts";
export { resourceTable, structTable } from "./types/tables.generated.ts";
export type { FieldRow, ValueName } from "./types/table.ts";
