export { startNode } from "./node-agent.ts";
export type { NodeOptions, PocketNode, PodLogRequest } from "./node-agent.ts";
export { killProcesses } from "./processes.ts";
export type { UsageSample } from "./usage.ts";
export type { TokenRequest } from "./volumes.ts";
