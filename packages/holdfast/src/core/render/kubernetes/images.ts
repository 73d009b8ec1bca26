import { version } from "../../../base/index.ts";
import type { Registry } from "../../spec/index.ts";

/** MongoDB's community server, mirrored to the fleet's registry under its own name. */
const MONGODB_VERSION = "8.0";

export interface OwnImage {
  readonly image: string;
  readonly version: string;
}

export function controllerImage(registry: Registry): OwnImage {
  return { image: `${registry.server}/holdfast-controller:${version}`, version };
}

export function postgresImage(registry: Registry): OwnImage {
  return { image: `${registry.server}/holdfast-postgres:${version}`, version };
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
