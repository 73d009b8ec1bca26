import type { Fleet, SiteName } from "../spec/index.ts";

export interface RenderedFile {
  /** Forward slashes; relative to its family's folder until the registry puts that in front. */
  readonly path: string;
  readonly content: string;
  /** A script: written with the permission to run it. */
  readonly executable?: boolean;
}

/**
 * Files that belong together: those of one site, whose paths begin with `<site>/`, or those of the fleet as a whole, whose paths
 * begin with what no site can be called (`_charts/`, `README.md`), so that each can be rendered, and cleaned up, without the others.
 */
export interface RenderedGroup {
  /** A site or the witness; absent: the fleet's. */
  readonly site?: SiteName;
  readonly files: readonly RenderedFile[];
}

/**
 * Artifacts of one kind. A family that has nothing to say about a fleet (no Azure Stack Hub, no pipelines) gives no group. Same
 * fleet, same bytes: no clock, no environment, no order that depends on a hash.
 */
export interface RenderFamily {
  /** The name of its folder in the output, and of its folder beside this file. */
  readonly id: string;
  /** What is in the folder, one line. */
  readonly what: string;
  /** A site at a time, so that a thousand sites need no more memory than one; only groups of these sites and the fleet's own. */
  render(fleet: Fleet, sites: ReadonlySet<SiteName>): Iterable<RenderedGroup>;
}
