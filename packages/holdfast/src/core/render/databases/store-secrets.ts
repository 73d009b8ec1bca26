import type { Fleet, SiteName, Store } from "../../spec/index.ts";
import { backupOf, backupStores, credentialKeys, targetOf } from "./backup-stores.ts";
import type { BackupStore } from "./backup-stores.ts";
import { applicationSecret, authorityName } from "./certificates.ts";
import { mainSite } from "./percona-members.ts";

/** A Secret that has to be there before the store's resources: nobody but people knows what is in it. */
export interface StoreSecret {
  readonly name: string;
  readonly keys: readonly string[];
  readonly purpose: string;
}

/** All of them, for a reader. */
export function storeSecrets(fleet: Fleet, store: Store): readonly StoreSecret[] {
  const sites = store.engine === "postgresql" ? store.sites : [mainSite(store)];
  return [
    ...everywhere(store),
    ...credentials(sites.flatMap((site) => (site === undefined ? [] : backupStores(fleet, store, site)))),
  ];
}

/** What one site's resources refer to, its rehearsal of a restore too. */
export function storeSecretsAt(fleet: Fleet, store: Store, site: SiteName): readonly StoreSecret[] {
  const backup = backupOf(fleet, store);
  const takenAt = store.engine === "postgresql" ? store.sites[0] : mainSite(store);
  const written =
    store.engine === "postgresql"
      ? backupStores(fleet, store, site).slice(0, 1)
      : site === takenAt
        ? backupStores(fleet, store, site)
        : [];
  const rehearses =
    backup?.rehearsal !== undefined &&
    takenAt !== undefined &&
    site === (targetOf(fleet, backup, takenAt)?.name ?? takenAt);
  return [
    ...everywhere(store),
    ...credentials([...written, ...(rehearses ? backupStores(fleet, store, takenAt).slice(0, 1) : [])]),
  ];
}

function everywhere(store: Store): readonly StoreSecret[] {
  const { name } = store;
  return [
    {
      name: authorityName(store),
      keys: ["tls.crt", "tls.key"],
      purpose: "the store's own certificate authority, the same at every site",
    },
    {
      name: applicationSecret(store),
      keys: ["username", "password"],
      purpose: "the application's user, the same at every site",
    },
    ...(store.engine === "postgresql"
      ? []
      : [
          { name: `${name}-users`, keys: USERS, purpose: "the operator's users, the same at every site" },
          {
            name: `${name}-encryption-key`,
            keys: ["encryption-key"],
            purpose: "of the files on disk, the same at every site",
          },
          {
            name: `${name}-keyfile`,
            keys: ["mongodb-key"],
            purpose: "by which members know each other beside certificates, the same at every site",
          },
        ]),
  ];
}

function credentials(stores: readonly BackupStore[]): readonly StoreSecret[] {
  const targets = new Map(stores.map((target) => [target.secret, target]));
  return [...targets.values()].map(({ secret, kind, name }) => ({
    name: secret,
    keys: credentialKeys[kind],
    purpose: `writes backups to ${name}`,
  }));
}

const USERS = ["BACKUP", "DATABASE_ADMIN", "CLUSTER_ADMIN", "CLUSTER_MONITOR", "USER_ADMIN"].flatMap((user) => [
  `MONGODB_${user}_USER`,
  `MONGODB_${user}_PASSWORD`,
]);
