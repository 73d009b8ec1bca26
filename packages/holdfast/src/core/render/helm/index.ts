export { helmFamily } from "./files.ts";
export { ingressDeployment } from "./platform/ingress-controllers.ts";
export { databaseImages } from "./mirror/database-images.ts";
export { mirrorFiles, ownImages } from "./mirror/mirror-lists.ts";
export { imageSource } from "./mirror/image-source.ts";
export type { PublishedImage } from "./mirror/image-source.ts";
