import type { Fleet, Member } from "../../../spec/index.ts";
import type { ImageSource, PublishedImage } from "../mirror/image-source.ts";

/**
 * A chart of somebody else, pinned. Its values name every image that it pulls, with the tag of `images`: so what is mirrored is
 * what is pulled, whatever the chart's own defaults are.
 */
export interface ChartPin {
  readonly chart: string;
  /** `https://` an index, `oci://` a registry. */
  readonly repository: string;
  readonly version: string;
  /** What the chart is for, or what it was tested with. */
  readonly kubernetes: string;
  readonly images: Readonly<Record<string, PublishedImage>>;
}

export interface PlatformContext {
  readonly fleet: Fleet;
  readonly member: Member;
  /** Where this site pulls an image of the pin from. */
  readonly image: (name: string) => ImageSource;
}

/** One of the charts that a cluster needs under the application. */
export interface PlatformChart {
  /** Name of the release and of the folder. */
  readonly release: string;
  readonly namespace: string;
  /** One line for people. */
  readonly what: string;
  /** Which chart this cluster gets; undefined: none. */
  readonly pinAt: (fleet: Fleet, member: Member) => ChartPin | undefined;
  readonly values: (context: PlatformContext) => Readonly<Record<string, unknown>>;
  /** Lines of the script before it, in POSIX shell. */
  readonly prepare?: (context: PlatformContext) => readonly string[];
  /** Objects to apply after it, by file name. */
  readonly manifests?: (context: PlatformContext) => Readonly<Record<string, unknown>>;
  /** Files of the fleet with more values, relative to the family's folder. */
  readonly fleetValues?: readonly string[];
  /** Not for every cluster that could have it: the script asks first. */
  readonly condition?: "operators" | "without-metrics";
}

/** As most charts want it. */
export function pullSecretNames({ registry }: Fleet): readonly { readonly name: string }[] {
  return registry.pullSecret === undefined ? [] : [{ name: registry.pullSecret }];
}

/** `{ imagePullSecrets: [...] }`, under the key that the chart has for it, or nothing. */
export function pulledWith(fleet: Fleet, key = "imagePullSecrets"): Readonly<Record<string, unknown>> {
  return fleet.registry.pullSecret === undefined ? {} : { [key]: pullSecretNames(fleet) };
}

/** `repository` and `tag`, as most charts want them. */
export function repositoryAndTag({ registry, path, tag }: ImageSource) {
  return { repository: `${registry}/${path}`, tag };
}

/** `registry`, `repository` and `tag`, as the others want them. */
export function registryAndTag({ registry, path, tag }: ImageSource) {
  return { registry, repository: path, tag };
}
