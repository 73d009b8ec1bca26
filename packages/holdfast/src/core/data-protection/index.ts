export { graceFor, startWatch, stepProtection } from "./sync-set.ts";
export type { Durability, Protection, ProtectionSettings, ReplicaSample, StandbyWatch } from "./sync-set.ts";
