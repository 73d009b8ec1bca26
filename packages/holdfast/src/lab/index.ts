export { LabClient } from "./control-client.ts";
export type { LabVerb } from "./control-server.ts";
export { drawLab } from "./live-view.ts";
export { followLogs, podsWithLogs, readLogs } from "./logs.ts";
export type { LogLine } from "./logs.ts";
export { runLab } from "./run-lab.ts";
export type { RunningLab } from "./run-lab.ts";
export { Screen } from "./screen.ts";
export type { LabStatus } from "./status.ts";
