export { databasesFamily } from "./files.ts";
export { operatedStoresAt } from "./operated-store.ts";
export type { OperatedStore } from "./operated-store.ts";
