import type { Fleet, SiteName, Store } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { toYaml } from "../formats/index.ts";
import { indexFleet, siteContext, storesAt } from "../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { backupOf, backupStores, targetOf } from "./backup-stores.ts";
import { backupName, cloudnativePgManifests } from "./cloudnative-pg.ts";
import { mainSite } from "./percona-members.ts";
import { perconaManifests } from "./percona.ts";
import { describeDatabases } from "./readme.ts";
import { cloudnativePgRehearsal, perconaRehearsal } from "./rehearsal.ts";
import { cloudnativePgRestore, perconaRestore } from "./restore.ts";

export const databasesFamily: RenderFamily = {
  id: "databases",
  what: "The stores as resources of CloudNativePG and Percona's operator, for those who run them so.",
  render: renderDatabases,
};

const HEADER = "# Rendered by holdfast from the fleet file: change that one, and render again.\n";

function* renderDatabases(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  if (fleet.stores.length === 0) return;
  const index = indexFleet(fleet);
  for (const { name } of membersOf(fleet)) {
    if (!sites.has(name)) continue;
    const context = siteContext(index, name);
    const files = storesAt(context).flatMap((store) =>
      filesOf(context, store).map(([file, manifests]): RenderedFile => ({
        path: `${name}/${store.name}/${file}`,
        content: HEADER + manifests.map(toYaml).join("---\n"),
      })),
    );
    if (files.length > 0) yield { site: name, files };
  }
  yield { files: [{ path: "README.md", content: describeDatabases(fleet) }] };
}

type NamedManifests = readonly [string, readonly Manifest[]];

function filesOf(context: SiteContext, store: Store): readonly NamedManifests[] {
  const servers =
    store.engine === "postgresql" ? cloudnativePgManifests(context, store) : perconaManifests(context, store);
  return [...servers, ...restoreFiles(context, store)];
}

/** The restore beside what it restores, the rehearsal beside the backups. */
function restoreFiles(context: SiteContext, store: Store): readonly NamedManifests[] {
  const { fleet, name } = context;
  const backup = backupOf(fleet, store);
  const takenAt = store.engine === "postgresql" ? store.sites[0] : mainSite(store);
  if (backup === undefined || takenAt === undefined) return [];
  const [from] = backupStores(fleet, store, takenAt);
  if (from === undefined) return [];
  const restore: NamedManifests = [
    // Not read by `kubectl apply --filename <folder>`, for it replaces what is there.
    "restore.yaml.example",
    [
      store.engine === "postgresql"
        ? cloudnativePgRestore(context, store, {
            takenAt,
            objectStore: backupName(store),
            name: `${store.name}-restored`,
          })
        : perconaRestore(context, from, store.name),
    ],
  ];
  const { rehearsal: schedule } = backup;
  const rehearsedAt = targetOf(fleet, backup, takenAt)?.name ?? takenAt;
  const rehearse = (at: string): readonly NamedManifests[] => {
    if (schedule === undefined || name !== rehearsedAt) return [];
    return [
      [
        at,
        store.engine === "postgresql"
          ? cloudnativePgRehearsal(context, store, { takenAt, from, schedule })
          : perconaRehearsal(context, store, from, schedule),
      ],
    ];
  };
  return [...(name === takenAt ? [restore] : []), ...rehearse("rehearsal.yaml")];
}
