import type { Registry } from "../../spec/index.ts";

/** The release of holdfast that renders, and so the tag of its own images. A test holds it to package.json. */
export const HOLDFAST_VERSION = "0.1.0";

/** MongoDB's community server, mirrored to the fleet's registry under its own name. */
const MONGODB_VERSION = "8.0";

export interface OwnImage {
  readonly image: string;
  readonly version: string;
}

export function controllerImage(registry: Registry): OwnImage {
  return { image: `${registry.server}/holdfast-controller:${HOLDFAST_VERSION}`, version: HOLDFAST_VERSION };
}

export function postgresImage(registry: Registry): OwnImage {
  return { image: `${registry.server}/holdfast-postgres:${HOLDFAST_VERSION}`, version: HOLDFAST_VERSION };
}

export function mongodbImage(registry: Registry): OwnImage {
  return { image: `${registry.server}/mongo:${MONGODB_VERSION}`, version: MONGODB_VERSION };
}

/** The tag of an image reference, where it has one; a digest says nothing to people. */
export function imageTag(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf("/") + 1).split("@")[0] ?? "";
  const colon = name.indexOf(":");
  return colon === -1 ? undefined : name.slice(colon + 1);
}
