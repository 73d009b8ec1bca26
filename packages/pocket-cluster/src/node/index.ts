export { startNode } from "./node-agent.ts";
export type { NodeOptions, PocketNode } from "./node-agent.ts";
export { killProcesses } from "./processes.ts";
export type { UsageSample } from "./usage.ts";
