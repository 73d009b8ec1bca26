export type { ImageCommand, PocketClusterConfig } from "./config.ts";
export { findImage } from "./node/image-catalogue.ts";
export { killProcesses, processesBelow, sendSignal } from "./node/processes.ts";
