export { openPersistence, StoreCorruptError } from "./persistence.ts";
