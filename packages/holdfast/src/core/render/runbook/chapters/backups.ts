import type { Backup, Fleet, MongodbStore, PostgresqlStore, Store } from "../../../spec/index.ts";
import { placedMongodbMembers } from "../../kubernetes/stores.ts";
import { secretNames, serviceNames } from "../../kubernetes/index.ts";
import { OPERATED_STORES } from "../../pipelines/scripts/database-stages.ts";
import { chapter, code, section, table, text } from "../blocks.ts";
import type { Block } from "../blocks.ts";
import { joined } from "../facts.ts";
import type { Facts } from "../facts.ts";

/** PostgreSQL's in the image `holdfast-postgres`: a dump is taken with programs that are not older. */
const POSTGRESQL_MAJOR = 18;

/** Who takes what the file plans: an operator where one runs the store, else nothing that is rendered. */
export function backups(facts: Facts): readonly Block[] {
  const { fleet, hasPipeline } = facts;
  const planned = fleet.backups.flatMap((backup) => {
    const store = fleet.stores.find(({ name }) => name === backup.store);
    return store === undefined ? [] : [{ backup, store }];
  });
  if (planned.length === 0) return [];
  const chosen = hasPipeline ? ` (\`${OPERATED_STORES}\` names it)` : "";
  return [
    chapter("Take backups"),
    text("The fleet file says when they are due and where they go. Who takes them depends on who runs the store."),
    table(
      ["store", "due", "kept", "where", "its operator, with `rendered/databases`", "holdfast's own servers"],
      planned.map(({ backup, store }) => [
        store.name,
        `\`${backup.schedule}\` UTC`,
        `${backup.keep}`,
        placesOf(backup),
        `the operator takes them${backup.rehearsal === undefined ? "" : `, and restores one \`${backup.rehearsal}\` UTC`}`,
        "**nobody yet**",
      ]),
    ),
    text(
      `**Nothing rendered takes the backups of holdfast's own servers yet**: no manifest, no chart${hasPipeline ? " and no stage of the pipeline" : ""}. So either an operator runs the store${chosen}, or a scheduler of yours runs the commands below at the times above. \`holdfast check\` says so (\`backup-taken\`) until the file says who does.`,
      "Have it tell somebody when it fails, and when it did not run: a backup that is missing is noticed on the day it is needed.",
    ),
    ...planned.flatMap(({ backup, store }) => [
      section(`${store.name}, holdfast's own servers`),
      ...(store.engine === "postgresql" ? dump(facts, backup, store) : archive(facts, backup, store)),
    ]),
  ];
}

function placesOf({ targets, external }: Backup): string {
  return [
    ...targets.map((site) => `${site} (if taken elsewhere)`),
    ...external.map(({ name, url }) => `${name}: ${url}`),
  ].join(", ");
}

/** Where it is kept, and a site with the data that is another one; the last of the sites, for the first begins as primary. */
function route({ fleet }: Facts, { targets }: Backup, sites: readonly string[]) {
  for (const target of targets) {
    const source = sites.findLast((site) => site !== target);
    if (source !== undefined) return { target, source };
  }
  const source = sites.at(-1) ?? "";
  return { target: fleet.sites.map(({ name }) => name).find((name) => name !== source) ?? source, source };
}

function keep({ keep: count, external }: Backup, target: string): string {
  const copies = external.map(({ name, url }) => `${name} (${url})`);
  return `Keep the newest ${count} at ${target}${copies.length === 0 ? "" : `, and copy each to ${joined(copies)}`}.`;
}

function dump(facts: Facts, backup: Backup, store: PostgresqlStore): readonly Block[] {
  const { target, source } = route(facts, backup, store.sites);
  const host = facts.fleet.sites.find(({ name }) => name === source)?.addresses.peering.dataHost;
  const peering = store.sites.length > 1 && source !== target && host !== undefined;
  const service = serviceNames(store.name).readOnly;
  return [
    text(
      peering
        ? `On a machine in the network of ${target}, which reaches the server at ${source} as a standby would. Within the cluster the same server is \`${service}\`, for pods that the network policies let in.`
        : `In a pod of the namespace \`${facts.fleet.application.namespace}\` that the network policies let in, for \`${service}\` is reached from nowhere else.`,
      `It takes the client programs of PostgreSQL ${POSTGRESQL_MAJOR}, and in \`PGPASSWORD\` the key \`password\` of the Secret \`${secretNames(store.name).application}\`: in the environment, never as an argument.`,
      keep(backup, target),
    ),
    code(
      `file="${store.name}-$(date -u +%Y%m%dT%H%MZ).dump"`,
      `pg_dump --host ${peering ? host : service} --port ${peering ? store.peeringPort : 5432} --username ${store.owner} --dbname ${store.database} --format custom --file "$file"`,
      'pg_restore --list "$file" > /dev/null',
    ),
  ];
}

function archive(facts: Facts, backup: Backup, store: MongodbStore): readonly Block[] {
  const members = placedMongodbMembers(facts.fleet, store).filter(({ role }) => role === "data");
  const { target } = route(facts, backup, dataSites(store));
  return [
    text(
      `On a machine in the network of ${target}, with MongoDB's Database Tools. \`mongodump.yaml\`, which only its user may read, has one key, \`password\`: that of the set's administrator (Secret \`${secretNames(store.name).system}\`, whose \`username\` stands for USER). \`ca.crt\` is the key of that name in \`${secretNames(store.name).tls}\`.`,
      keep(backup, target),
    ),
    code(
      `mongodump --config mongodump.yaml --uri 'mongodb://USER@${members.map(({ host }) => host).join(",")}/?replicaSet=${store.replicaSet}&authSource=admin&tls=true&tlsCAFile=ca.crt' \\`,
      `  --readPreference secondary --oplog --gzip --archive="${store.name}-$(date -u +%Y%m%dT%H%MZ).archive.gz"`,
    ),
  ];
}

/** A site that keeps backups and has the data loses both at once: who plans with the page has to know. */
export function keptBeside({ backups: plans, stores }: Fleet): readonly string[] {
  return plans.flatMap(({ store: name, targets, external }) => {
    const store = stores.find((each) => each.name === name);
    if (store === undefined) return [];
    const data = new Set<string>(dataSites(store));
    const both = targets.filter((site) => data.has(site));
    const apart = [...targets.filter((site) => !data.has(site)), ...external.map((each) => each.name)];
    if (both.length === 0) return [`No place that keeps backups of ${name} has its data.`];
    return [
      `A backup of ${name} is never kept at the site that it was taken at. Yet ${joined(both)} ${both.length === 1 ? "has" : "have"} the data too, and ${both.length === 1 ? "loses" : "lose"} it together with the backups kept there. ${
        apart.length === 0
          ? "Backups at a place without the data take a target under `backups[].external`."
          : `${joined(apart)} ${apart.length === 1 ? "has" : "have"} backups alone.`
      }`,
    ];
  });
}

function dataSites(store: Store): readonly string[] {
  if (store.engine === "postgresql") return store.sites;
  return store.members.filter(({ role }) => role === "data").map(({ site }) => site);
}

/** How a store is restored beside the old one, by what its backup is. */
export function besides(store: Store | undefined): string {
  const operated = "With an operator, `restore.yaml.example` of the store in `rendered/databases` does that";
  if (store === undefined) return `${operated}.`;
  return store.engine === "postgresql"
    ? `${operated}; a dump of holdfast's own servers goes into an empty database of any PostgreSQL ${POSTGRESQL_MAJOR}: \`pg_restore --no-owner --dbname SCRATCH FILE\`.`
    : `${operated}; an archive of holdfast's own members goes into a new, empty mongod: \`mongorestore --gzip --oplogReplay --archive=FILE\`.`;
}
