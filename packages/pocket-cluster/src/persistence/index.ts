export { openPersistence, StoreCorruptError } from "./persistence.ts";
export type { Persistence, PersistenceOptions, SavedState } from "./persistence.ts";
