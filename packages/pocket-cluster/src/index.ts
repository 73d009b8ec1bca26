export type { ImageCommand, PocketClusterConfig } from "./config.ts";
export { findImage } from "./node/image-catalogue.ts";
