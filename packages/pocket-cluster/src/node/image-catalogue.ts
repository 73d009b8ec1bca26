/** What runs here for an image; a pod's args are appended. */
export interface ImageCommand {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Finds what an image runs here: by its whole name without tag and digest, else by the last part of its path. */
export function findImage(images: Readonly<Record<string, ImageCommand>>, reference: string): ImageCommand | undefined {
  const repository = repositoryOf(reference);
  const own = (name: string): ImageCommand | undefined => (Object.hasOwn(images, name) ? images[name] : undefined);
  return own(repository) ?? own(repository.slice(repository.lastIndexOf("/") + 1));
}

/** `registry:5000/team/app:1.2@sha256:...` -> `registry:5000/team/app`. */
export function repositoryOf(reference: string): string {
  const [withTag = ""] = reference.split("@");
  const colon = withTag.lastIndexOf(":");
  return colon > withTag.lastIndexOf("/") ? withTag.slice(0, colon) : withTag;
}
