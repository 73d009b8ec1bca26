import type { Fleet, SiteName } from "../../spec/index.ts";
import { indexFleet, membersOf, siteContext } from "./context.ts";
import type { Manifest } from "./manifest.ts";
import { describeSecrets } from "./secrets-page.ts";
import { controllersView } from "./controllers-view.ts";
import { renderGroups } from "./site.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import type { ManifestGroup } from "./site.ts";
import { toYaml } from "../formats/index.ts";

const HEADER = "# Rendered by holdfast from the fleet file: change that one, and render again.\n";

/** The sites' names in the order of the file, then the witness's: each has a folder. */
export function renderedSites(fleet: Fleet): readonly SiteName[] {
  return membersOf(fleet).map(({ name }) => name);
}

export const kubernetesFamily: RenderFamily = {
  id: "kubernetes",
  what: "Manifests for each cluster: what holdfast applies, to review in Git.",
  render: renderKubernetes,
};

function* renderKubernetes(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  const index = indexFleet(fleet);
  const view = controllersView(fleet);
  for (const site of renderedSites(fleet)) {
    if (!sites.has(site)) continue;
    const context = siteContext(index, site);
    const files = renderGroups(context, view).flatMap(filesOf);
    files.push({ path: "SECRETS.md", content: describeSecrets(context) });
    yield { site, files: files.map(({ path, content }) => ({ path: `${site}/${path}`, content })) };
  }
}

/**
 * A file an object, so that a change in Git shows which object changes. `kubectl apply --recursive` reads a folder in the
 * order of the names, so the namespaces come first.
 */
function filesOf({ folder, manifests }: ManifestGroup): RenderedFile[] {
  if (folder === "") return [{ path: "00-namespaces.yaml", content: HEADER + manifests.map(toYaml).join("---\n") }];
  const owner = folder.slice(folder.lastIndexOf("/") + 1);
  return manifests.map((manifest) => ({
    path: `${folder}/${fileName(manifest, owner)}`,
    content: HEADER + toYaml(manifest),
  }));
}

/** `deployment.yaml` for the object that has its folder's name, `service-ratings-db-rw.yaml` for another. */
function fileName({ kind, metadata }: Manifest, owner: string): string {
  const base = kind.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
  return `${base}${metadata.name === owner ? "" : `-${metadata.name}`}.yaml`;
}
