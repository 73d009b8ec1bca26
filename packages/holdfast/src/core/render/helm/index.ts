export { helmFamily } from "./files.ts";
export { databaseImages } from "./mirror/database-images.ts";
export { imageSource } from "./mirror/image-source.ts";
export type { PublishedImage } from "./mirror/image-source.ts";
