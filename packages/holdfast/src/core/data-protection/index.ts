export { isNear, isSilent, lookAtStandbys } from "./standby-watch.ts";
export type { ReplicaSample, StandbyWatch } from "./standby-watch.ts";
