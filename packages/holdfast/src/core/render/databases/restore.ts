import type { MongodbStore, PostgresqlStore, SiteName, Store } from "../../spec/index.ts";
import { databaseImages } from "../helm/index.ts";
import { resourcesOf, storageClassAt } from "../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";
import type { BackupStore } from "./backup-stores.ts";
import { applicationSecret } from "./certificates.ts";
import { BARMAN_PLUGIN } from "./cloudnative-pg.ts";
import { imageAt } from "./images.ts";
import { PERCONA_VERSION, storage, storageSettings } from "./percona.ts";

/** Stands where the name of a backup goes: `pbm list` shows them. */
export const BACKUP_NAME = "BACKUP_NAME";

/** For people, to change and apply by hand: it replaces what is there (R83, R96, R98). */
export function perconaRestore({ fleet }: SiteContext, target: BackupStore, into: string): Manifest {
  const settings = storageSettings(target);
  return {
    apiVersion: "psmdb.percona.com/v1",
    kind: "PerconaServerMongoDBRestore",
    metadata: { name: `${into}-restore`, namespace: fleet.application.namespace },
    spec: {
      clusterName: into,
      backupSource: { type: "logical", destination: `${destinationOf(target)}/${BACKUP_NAME}`, ...settings },
    },
  };
}

function destinationOf({ kind, container, prefix }: BackupStore): string {
  const path = prefix === undefined ? container : `${container}/${prefix}`;
  return kind === "azure-blob" ? `azure://${path}` : `s3://${path}`;
}

/** A cluster of its own, made of the backups that `takenAt` archives; the name is new, for CloudNativePG never restores in place. */
export function cloudnativePgRestore(
  context: SiteContext,
  store: PostgresqlStore,
  { takenAt, objectStore, name }: { readonly takenAt: SiteName; readonly objectStore: string; readonly name: string },
): Manifest {
  const { fleet } = context;
  const { pullSecret } = fleet.registry;
  const source = "archive";
  const storageClass = storageClassAt(context, store.storage.className);
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name, namespace: fleet.application.namespace },
    spec: {
      imageName: imageAt(context, databaseImages.postgresql),
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      instances: 1,
      enablePDB: false,
      storage: {
        size: store.storage.size,
        ...(storageClass === undefined ? {} : { storageClass }),
      },
      resources: resourcesOf(store.resources),
      bootstrap: {
        recovery: { source, database: store.database, owner: store.owner, secret: { name: applicationSecret(store) } },
      },
      externalClusters: [
        {
          name: source,
          plugin: { name: BARMAN_PLUGIN, parameters: { barmanObjectName: objectStore, serverName: takenAt } },
        },
      ],
    },
  };
}

/** Alone, without TLS, reached by nobody: it lives for the rehearsal. */
export function perconaScratch(context: SiteContext, store: MongodbStore, target: BackupStore, name: string): Manifest {
  const { fleet } = context;
  const { pullSecret } = fleet.registry;
  const sealed = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true };
  const podSecurityContext = {
    runAsNonRoot: true,
    runAsUser: 1001,
    fsGroup: 1001,
    seccompProfile: { type: "RuntimeDefault" },
  };
  const storageClassName = storageClassAt(context, store.storage.className);
  return {
    apiVersion: "psmdb.percona.com/v1",
    kind: "PerconaServerMongoDB",
    metadata: { name, namespace: fleet.application.namespace, finalizers: ["percona.com/delete-psmdb-pvc"] },
    spec: {
      crVersion: PERCONA_VERSION,
      image: imageAt(context, databaseImages.mongodb),
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      updateStrategy: "RollingUpdate",
      upgradeOptions: { apply: "disabled" },
      unsafeFlags: { replsetSize: true, tls: true },
      tls: { mode: "disabled" },
      // The same users as the store's: the backup brings them with it.
      secrets: { users: usersSecret(store), encryptionKey: `${store.name}-encryption-key` },
      initContainerSecurityContext: sealed,
      replsets: [
        {
          name: store.replicaSet,
          size: 1,
          resources: resourcesOf(store.resources),
          podSecurityContext,
          containerSecurityContext: sealed,
          affinity: { antiAffinityTopologyKey: "none" },
          volumeSpec: {
            persistentVolumeClaim: {
              ...(storageClassName === undefined ? {} : { storageClassName }),
              resources: { requests: { storage: store.storage.size } },
            },
          },
        },
      ],
      backup: {
        enabled: true,
        image: imageAt(context, databaseImages.mongodbBackup),
        podSecurityContext,
        containerSecurityContext: sealed,
        storages: { [target.name]: storage(target) },
        pitr: { enabled: false },
      },
    },
  };
}

export function usersSecret(store: Store): string {
  return `${store.name}-users`;
}
