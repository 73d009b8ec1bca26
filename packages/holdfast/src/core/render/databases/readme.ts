import type { Fleet, MongodbStore, PostgresqlStore, Store } from "../../spec/index.ts";
import { backupOf, backupStores, storageAccount } from "./backup-stores.ts";
import { mainSite, placedMembers } from "./percona-members.ts";
import { storeSecrets } from "./store-secrets.ts";

/** When to use which, and what no file can say. */
export function describeDatabases(fleet: Fleet): string {
  return [
    `# Databases of ${fleet.name} by operators`,
    "",
    "Rendered by holdfast from the fleet file: change that one, and render again.",
    "",
    "The folder `kubernetes` runs the stores already: PostgreSQL by holdfast's own agent, MongoDB as a plain replica set. This folder",
    "has the same stores for those who run databases by operators. **Take one of the two for a store, never both**: they use the same",
    "names and ports, and two managers of one database lose data.",
    "",
    "| | holdfast's own | an operator's |",
    "| --- | --- | --- |",
    "| PostgreSQL, loss of a site | another site's standby becomes primary by itself, with proof | a person moves `replica.primary` at every site |",
    "| PostgreSQL, one name for writes | `<store>-rw` leads to the primary, wherever it is | `<store>-rw` leads to this site's own server |",
    "| MongoDB, loss of a site | the members elect | the members elect; a person moves the operator's main site |",
    "| Backups | the fleet file's targets | the same, with an archive of changes: a restore may end at any moment |",
    "",
    ...(fleet.delivery.kind === "none"
      ? []
      : [
          "The pipeline brings the stores that its variable `HOLDFAST_OPERATED_STORES` names (`pipelines/README.md`), and leaves holdfast's own",
          `servers of those out (\`kubernetes/SITE/${fleet.application.namespace}/STORE\`). By hand:`,
          "",
        ]),
    "Before these: `helm/<site>/platform/install.sh --operators`, and the Secrets below. Then, site by site,",
    "`kubectl apply --filename <site>/<store>/`; it leaves the examples alone. A new store begins with PostgreSQL's primary, and ends with",
    "MongoDB's main site: a standby copies its primary, and MongoDB takes no member that does not answer.",
    "",
    ...fleet.stores.flatMap((store) => describeStore(fleet, store)),
  ].join("\n");
}

function describeStore(fleet: Fleet, store: Store): readonly string[] {
  return [
    `## ${store.name}`,
    "",
    ...(store.engine === "postgresql" ? describePostgresql(store) : describeMongodb(fleet, store)),
    "",
    "| Secret | keys | |",
    "| --- | --- | --- |",
    ...storeSecrets(fleet, store).map(
      ({ name, keys, purpose }) => `| \`${name}\` | ${keys.map((key) => `\`${key}\``).join(", ")} | ${purpose} |`,
    ),
    "",
    ...describeBackups(fleet, store),
  ];
}

function describePostgresql(store: PostgresqlStore): readonly string[] {
  const [primary = "", ...standbys] = store.sites;
  const replicated = store.durability === "replicated" && standbys.length > 0;
  return [
    `CloudNativePG: \`${primary}\` is primary${standbys.length === 0 ? "" : `, ${standbys.join(" and ")} ${standbys.length === 1 ? "follows" : "follow"}`}. One server a site.`,
    ...(replicated
      ? [
          "",
          `A commit waits for ${standbys.length === 1 ? `the standby at ${standbys[0] ?? ""}` : "one of the standbys at the other sites"}.`,
          ...(store.whenAlone === "continue"
            ? [
                "The fleet file says `whenAlone: continue`, which this operator cannot do for standbys of other clusters: with none left, writes",
                "wait until a person takes `spec.postgresql.synchronous` away. holdfast's own servers go on.",
              ]
            : []),
        ]
      : []),
    ...(standbys.length === 0
      ? []
      : [
          "",
          "Planned move: set `replica.primary` to the new site at the old primary first, take `status.demotionToken` from there, and set",
          "`replica.primary` and `replica.promotionToken` at the others. After the loss of a site: set `replica.primary` at the survivors,",
          "and only when it is certain that the lost one does not write any more.",
        ]),
  ];
}

function describeMongodb(fleet: Fleet, store: MongodbStore): readonly string[] {
  const placed = placedMembers(fleet, store);
  const main = mainSite(store) ?? "";
  const alone = placed.filter(
    ({ site, role }) => role === "arbiter" && placed.every((other) => other.site !== site || other.role === "arbiter"),
  );
  return [
    `Percona's operator: \`${main}\` keeps the configuration of the set \`${store.replicaSet}\`, the other sites run their members (\`unmanaged\`).`,
    "",
    "| member | site | votes | priority | address |",
    "| --- | --- | --- | --- | --- |",
    ...placed.map(
      ({ pod, site, votes, priority, host, port, role }) =>
        `| \`${pod}\`${role === "arbiter" ? " (arbiter)" : ""} | ${site} | ${votes} | ${priority} | \`${host}:${port}\` |`,
    ),
    ...(alone.length === 0
      ? []
      : [
          "",
          `The arbiter at ${[...new Set(alone.map(({ site }) => site))].join(", ")} needs no operator: it is the one of the folder \`kubernetes\`, and an external node here. Its certificate comes from the`,
          `same authority as the members', with the organization \`holdfast\`, or they do not take it for one of theirs.`,
        ]),
    "",
    `When ${main} is lost the others elect a primary by themselves. To change the set after that, set \`unmanaged: false\` at one of`,
    "them, and `unmanaged: true` at the lost site before it comes back.",
    ...(store.electionTimeoutMs === 10_000
      ? []
      : [
          "",
          `The operator has no field for the election timeout (${store.electionTimeoutMs} ms in the fleet file): it stays at 10 s.`,
        ]),
  ];
}

function describeBackups(fleet: Fleet, store: Store): readonly string[] {
  const backup = backupOf(fleet, store);
  const takenAt = store.engine === "postgresql" ? store.sites[0] : mainSite(store);
  if (backup === undefined || takenAt === undefined) return ["The fleet file has no backup of it.", ""];
  const stores = backupStores(fleet, store, takenAt);
  const hubs = fleet.sites.filter(
    ({ name, platform }) => platform.kind === "azure-stack-hub" && stores.some((each) => each.name === name),
  );
  return [
    ...stores.map(
      ({ name, kind, endpoint, container }) =>
        `Backups go to ${name}, ${kind === "s3" ? "bucket" : "container"} \`${container}\`${endpoint === undefined ? "" : ` at \`${endpoint}\``}. Make it first.`,
    ),
    ...hubs.map(({ name }) => `The storage account \`${storageAccount(fleet, name)}\` is in the Hub of ${name}.`),
    ...backup.external
      .filter(({ kind }) => kind === "nfs" || kind === "smb")
      .map(
        ({ name, kind }) =>
          `An operator writes to object stores only, so the target ${name} (${kind}) gets nothing from it.`,
      ),
    `\`${takenAt}/${store.name}/restore.yaml.example\` restores one${store.engine === "mongodb" ? ": put in the name that `pbm list` shows" : " into a new cluster beside the old one"}.`,
    ...(backup.rehearsal === undefined
      ? ["The fleet file has no rehearsal: nobody knows whether a backup can be restored."]
      : [
          "`rehearsal.yaml` restores the newest one into a cluster of its own, reads it, and takes the cluster away; it fails loudly.",
        ]),
    "",
  ];
}
