export { REPLIES_MISSED_MS, isNear, isSilent, lookAtStandbys } from "./standby-watch.ts";
export type { ReplicaSample, StandbyWatch } from "./standby-watch.ts";
