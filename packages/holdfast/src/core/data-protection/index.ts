export { graceFor, startWatch, stepProtection } from "./sync-set.ts";
export type { Protection, ProtectionSettings, ReplicaSample, StandbyWatch } from "./sync-set.ts";
