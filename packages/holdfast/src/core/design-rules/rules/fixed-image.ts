import type { DesignRule } from "../rule.ts";

const MOVING_TAGS = new Set(["latest", "stable", "edge", "main", "master", "dev", "nightly", "current"]);

export const fixedImage: DesignRule = {
  id: "fixed-image",
  severity: "warning",
  requirements: ["R80", "R81", "R95"],
  asks: "Images have a tag that does not move, or a digest.",
  why: "A moving tag means another program at each site and at each restart, and no way back to the one that worked.",
  *check({ application }) {
    for (const [index, { image }] of application.components.entries()) {
      const tag = tagOf(image);
      if (tag === undefined || MOVING_TAGS.has(tag)) {
        yield {
          path: ["application", "components", index, "image"],
          message:
            tag === undefined
              ? "the image has no tag, which means latest: sites may run different versions"
              : `the tag ${tag} moves: sites may run different versions`,
          hint: "Name a version, for example :1.0.0, or a digest, @sha256:...",
        };
      }
    }
  },
};

/** The tag, or the digest where there is one: `registry:5000/web` has neither. */
function tagOf(image: string): string | undefined {
  const [repository = "", digest] = image.split("@");
  if (digest !== undefined) return digest;
  const lastPart = repository.slice(repository.lastIndexOf("/") + 1);
  return lastPart.includes(":") ? lastPart.slice(lastPart.indexOf(":") + 1) : undefined;
}
