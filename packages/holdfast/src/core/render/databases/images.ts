import { assert } from "../../../base/index.ts";
import { membersOf } from "../../spec/index.ts";
import { imageSource } from "../helm/index.ts";
import type { PublishedImage } from "../helm/index.ts";
import type { SiteContext } from "../kubernetes/index.ts";

/** Whole reference of an image, from where this site reaches it. */
export function imageAt({ fleet, name }: SiteContext, image: PublishedImage): string {
  const member = membersOf(fleet).find((each) => each.name === name);
  assert(member !== undefined, `${name} is a site of the fleet or its witness`);
  const { registry, path, tag } = imageSource(fleet, member, image);
  return `${registry}/${path}:${tag}`;
}
