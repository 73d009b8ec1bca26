export { chooseAnswers } from "./policy.ts";
export { buildZone } from "./zone.ts";
export type { RecordSet, Zone, ZoneRecord } from "./zone.ts";
