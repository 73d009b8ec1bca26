/** The object store of the pocket cluster: pure, synchronous, and it behaves as the Kubernetes API documents. */
export * from "./contract.ts";
export { statusOf } from "./errors.ts";
export { createStore } from "./store.ts";
export type { Restore } from "./store.ts";
export { labelSelectorTest, labelSelectorText } from "./selectors/label-selector.ts";
export { quantityValue } from "./types/quantity.ts";
