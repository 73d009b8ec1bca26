export type { ImageCommand, PocketClusterConfig } from "./config.ts";
