import { assert } from "../../base/index.ts";
import type { Fleet, SiteName } from "../spec/index.ts";
import { databasesFamily } from "./databases/index.ts";
import { aksEngineFamily } from "./aks-engine/index.ts";
import { armFamily } from "./arm/index.ts";
import { helmFamily } from "./helm/index.ts";
import { accessFamily } from "./access/index.ts";
import { kubernetesFamily } from "./kubernetes/index.ts";
import { pipelinesFamily } from "./pipelines/index.ts";
import { runbookFamily } from "./runbook/index.ts";
import type { RenderFamily, RenderedFile } from "./rendered-file.ts";

/** Every family, in the order in which a site is stood up. */
export const renderFamilies: readonly RenderFamily[] = [
  armFamily,
  aksEngineFamily,
  accessFamily,
  kubernetesFamily,
  helmFamily,
  databasesFamily,
  pipelinesFamily,
  runbookFamily,
];

export interface RenderScope {
  readonly families: readonly RenderFamily[];
  readonly sites: ReadonlySet<SiteName>;
  /** False: only what belongs to one of the sites. */
  readonly fleetFiles: boolean;
}

/** The files of a scope with their whole paths, a group at a time. */
export function* renderFiles(fleet: Fleet, { families, sites, fleetFiles }: RenderScope): Generator<RenderedFile[]> {
  for (const family of families) {
    for (const { site, files } of family.render(fleet, sites)) {
      for (const { path } of files) assert(isFleetPath(path) === (site === undefined), `${family.id}: ${path}`);
      if (site === undefined && !fleetFiles) continue;
      yield files.map((file) => ({ ...file, path: `${family.id}/${file.path}` }));
    }
  }
}

/** Whether a run for this scope would write the file if the fleet still had it: only then is it stale when the run did not. */
export function isInScope(path: string, { families, sites, fleetFiles }: RenderScope): boolean {
  const [family, ...rest] = path.split("/");
  if (!families.some(({ id }) => id === family)) return false;
  // A site that is no longer in the file goes with the fleet's own files.
  return fleetFiles || sites.has(rest[0] as SiteName);
}

function isFleetPath(path: string): boolean {
  return !/^[a-z0-9-]+\//.test(path);
}
