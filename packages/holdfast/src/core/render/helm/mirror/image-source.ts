import type { Fleet, Member } from "../../../spec/index.ts";

/** An image of somebody else, where its makers publish it. */
export interface PublishedImage {
  readonly host: string;
  readonly path: string;
  readonly tag: string;
}

/** Where a site pulls it from. */
export interface ImageSource {
  /** Host, and what may stand between it and the image's path. */
  readonly registry: string;
  readonly path: string;
  readonly tag: string;
}

/** From its makers where the site may reach them, else from the fleet's own registry, to which `mirror.sh` carries it (R7, R60). */
export function imageSource(fleet: Fleet, member: Member, image: PublishedImage): ImageSource {
  const { host, path, tag } = image;
  return { registry: reaches(member, "images", host) ? host : fleet.registry.server, path, tag };
}

export function mirroredImage(fleet: Fleet, image: PublishedImage): string {
  return `${fleet.registry.server}/${image.path}:${image.tag}`;
}

export function publishedName({ host, path, tag }: PublishedImage): string {
  return `${host}/${path}:${tag}`;
}

/** A site that names what it reaches reaches nothing else; a disconnected Hub reaches nothing outside. */
export function reaches({ platform, network }: Member, purpose: "images" | "charts", host: string): boolean {
  if (platform.kind === "azure-stack-hub" && platform.connectivity === "disconnected") return false;
  const { allowed, destinations } = network.egress;
  if (allowed !== "listed") return allowed === "all";
  return destinations.some((each) => each.purpose === purpose && matches(each.host, host));
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : pattern === host;
}
