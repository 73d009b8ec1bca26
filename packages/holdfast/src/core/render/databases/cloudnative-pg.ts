import type { PostgresqlStore, SiteName } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { databaseImages } from "../helm/index.ts";
import {
  POSTGRESQL_PORT,
  internalOnly,
  loadBalancer,
  resourcesOf,
  serviceNames,
  storageClassAt,
} from "../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";
import { backupOf, backupStores, credentialKeys } from "./backup-stores.ts";
import type { BackupStore } from "./backup-stores.ts";
import { applicationSecret, certificate, issuerOf, namesOf } from "./certificates.ts";
import { imageAt } from "./images.ts";
import { operatedPolicies } from "./network.ts";

export const BARMAN_PLUGIN = "barman-cloud.cloudnative-pg.io";

/**
 * This site's cluster of CloudNativePG: the first site's is primary, the others' follow it, and a commit waits for one of them
 * (R82, R97). Each knows all, so that moving the primary is a change of one word at every site.
 * https://cloudnative-pg.io/docs/1.29/replica_cluster
 */
export function cloudnativePgManifests(
  context: SiteContext,
  store: PostgresqlStore,
): readonly (readonly [string, readonly Manifest[]])[] {
  const stores = backupStores(context.fleet, store, context.name);
  const [first] = stores;
  return [
    ["cluster.yaml", [cluster(context, store, first)]],
    ["certificates.yaml", certificates(context, store)],
    ...(store.sites.length < 2 ? [] : [["peering-service.yaml", [peeringService(context, store)]] as const]),
    [
      "network-policies.yaml",
      operatedPolicies(context, store, {
        label: "cnpg.io/cluster",
        port: POSTGRESQL_PORT,
        operatorNamespace: "cnpg-system",
        backupPorts: stores.map(({ port }) => port),
      }),
    ],
    ...(first === undefined
      ? []
      : [
          [
            "backup.yaml",
            [objectStore(context, store, first, backupName(store)), scheduledBackup(context, store)],
          ] as const,
        ]),
  ];
}

function cluster(context: SiteContext, store: PostgresqlStore, backup: BackupStore | undefined): Manifest {
  const { fleet, name: site } = context;
  const [primary = site] = store.sites;
  const others = store.sites.filter((each) => each !== site);
  const isPrimary = site === primary;
  const { pullSecret } = fleet.registry;
  const storageClass = storageClassAt(context, store.storage.className);
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: store.name, namespace: fleet.application.namespace },
    spec: {
      imageName: imageAt(context, databaseImages.postgresql),
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      // One server a site, as the fleet file counts them; with a second, the operator fails over within the site, too.
      instances: 1,
      // A budget for a single pod could only stop every drain.
      enablePDB: false,
      storage: {
        size: store.storage.size,
        ...(storageClass === undefined ? {} : { storageClass }),
      },
      resources: resourcesOf(store.resources),
      certificates: {
        serverCASecret: serverSecret(store),
        serverTLSSecret: serverSecret(store),
        clientCASecret: replicationSecret(store),
        replicationTLSSecret: replicationSecret(store),
      },
      bootstrap: isPrimary
        ? { initdb: { database: store.database, owner: store.owner, secret: { name: applicationSecret(store) } } }
        : { pg_basebackup: { source: primary } },
      ...(others.length === 0
        ? {}
        : {
            replica: { self: site, primary, source: isPrimary ? (others[0] ?? primary) : primary },
            externalClusters: store.sites.map((each) => externalCluster(context, store, each)),
          }),
      ...(store.durability === "replicated" && others.length > 0
        ? {
            postgresql: {
              synchronous: {
                method: "any",
                number: 1,
                // None of this site's own: a copy in the same place is lost with it.
                maxStandbyNamesFromCluster: 0,
                standbyNamesPost: others,
                // The operator has no other choice for standbys that it does not run itself.
                dataDurability: "required",
              },
            },
          }
        : {}),
      ...(backup === undefined ? {} : { plugins: [archiver(store, site)] }),
    },
  };
}

function archiver(store: PostgresqlStore, site: SiteName) {
  return {
    name: BARMAN_PLUGIN,
    isWALArchiver: true,
    parameters: { barmanObjectName: backupName(store), serverName: site },
  };
}

/** How one site reaches another; `application_name` is what the primary's synchronous standbys go by. */
function externalCluster({ fleet, name: self }: SiteContext, store: PostgresqlStore, site: SiteName) {
  const host = membersOf(fleet).find(({ name }) => name === site)?.addresses.peering.dataHost ?? site;
  const secret = replicationSecret(store);
  return {
    name: site,
    connectionParameters: {
      host,
      port: String(store.peeringPort),
      user: "streaming_replica",
      dbname: "postgres",
      sslmode: "verify-full",
      application_name: self,
    },
    sslKey: { name: secret, key: "tls.key" },
    sslCert: { name: secret, key: "tls.crt" },
    sslRootCert: { name: secret, key: "ca.crt" },
  };
}

function serverSecret(store: PostgresqlStore): string {
  return `${store.name}-server`;
}

function replicationSecret(store: PostgresqlStore): string {
  return `${store.name}-replication`;
}

export function backupName(store: PostgresqlStore): string {
  return `${store.name}-backup`;
}

/** https://cloudnative-pg.io/docs/1.29/certificates : the operator reads a renewed Secret when it has the label. */
function certificates(context: SiteContext, store: PostgresqlStore): readonly Manifest[] {
  const { namespace } = context.fleet.application;
  const services = [serviceNames(store.name).readWrite, serviceNames(store.name).readOnly, `${store.name}-r`];
  const { dataHost } = context.addresses.peering;
  const secretLabels = { "cnpg.io/reload": "" };
  return [
    issuerOf(context, store),
    certificate(context, store, {
      secret: serverSecret(store),
      commonName: store.name,
      hosts: [
        ...services.flatMap((service) => namesOf(service, namespace)),
        ...(dataHost === undefined ? [] : [dataHost]),
      ],
      usages: ["server auth"],
      secretLabels,
    }),
    certificate(context, store, {
      secret: replicationSecret(store),
      commonName: "streaming_replica",
      hosts: [],
      usages: ["client auth"],
      secretLabels,
    }),
  ];
}

function peeringService(context: SiteContext, store: PostgresqlStore): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: serviceNames(store.name).peering,
      namespace: context.fleet.application.namespace,
      ...internalOnly(context),
    },
    spec: {
      ...loadBalancer(context.addresses.peering.dataHost),
      selector: { "cnpg.io/cluster": store.name, "cnpg.io/instanceRole": "primary" },
      ports: [{ name: "postgresql", port: store.peeringPort, targetPort: POSTGRESQL_PORT, protocol: "TCP" }],
    },
  };
}

/** Of the plugin; its `configuration` is what `spec.backup.barmanObjectStore` of a Cluster was. */
export function objectStore(
  { fleet }: SiteContext,
  store: PostgresqlStore,
  target: BackupStore,
  name: string,
): Manifest {
  const backup = backupOf(fleet, store);
  return {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: { name, namespace: fleet.application.namespace },
    spec: {
      retentionPolicy: `${retentionDays(backup?.schedule ?? "", backup?.keep ?? 1)}d`,
      configuration: {
        ...destination(target),
        data: { compression: "gzip" },
        wal: { compression: "gzip" },
      },
    },
  };
}

function destination({ kind, endpoint, container, prefix, secret }: BackupStore) {
  const [user, password] = credentialKeys[kind];
  const path = prefix === undefined ? container : `${container}/${prefix}`;
  const key = (name: string) => ({ name: secret, key: name });
  return kind === "azure-blob"
    ? {
        destinationPath: `${endpoint ?? ""}/${path}/`,
        azureCredentials: { storageAccount: key(user), storageKey: key(password) },
      }
    : {
        destinationPath: `s3://${path}/`,
        ...(endpoint === undefined ? {} : { endpointURL: endpoint }),
        s3Credentials: { accessKeyId: key(user), secretAccessKey: key(password) },
      };
}

/** The plugin counts days, the fleet file backups: a schedule for one day of the week or of the month stretches them. */
export function retentionDays(schedule: string, keep: number): number {
  const [, , dayOfMonth = "*", , dayOfWeek = "*"] = schedule.split(" ");
  if (/^\d+$/.test(dayOfMonth)) return keep * 31;
  return /^\w+$/.test(dayOfWeek) ? keep * 7 : keep;
}

/** CloudNativePG's schedules begin with a field for seconds. */
function scheduledBackup({ fleet }: SiteContext, store: PostgresqlStore): Manifest {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "ScheduledBackup",
    metadata: { name: store.name, namespace: fleet.application.namespace },
    spec: {
      schedule: `0 ${backupOf(fleet, store)?.schedule ?? "0 2 * * *"}`,
      backupOwnerReference: "self",
      cluster: { name: store.name },
      method: "plugin",
      pluginConfiguration: { name: BARMAN_PLUGIN },
    },
  };
}
