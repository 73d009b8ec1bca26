import { assert } from "../../../base/index.ts";
import type { MongodbStore, SiteName } from "../../spec/index.ts";
import { databaseImages } from "../helm/index.ts";
import { MONGODB_PORT, internalOnly, loadBalancer, resourcesOf, storageClassAt } from "../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";
import { backupOf, backupStores } from "./backup-stores.ts";
import type { BackupStore } from "./backup-stores.ts";
import { applicationSecret, certificate, issuerOf, namesOf } from "./certificates.ts";
import { imageAt } from "./images.ts";
import { operatedPolicies } from "./network.ts";
import { mainSite, placedMembers } from "./percona-members.ts";
import type { PlacedMember } from "./percona-members.ts";

/** Of the operator: what the resource's fields mean. From 1.23.0 an external node may be an arbiter. */
export const PERCONA_VERSION = "1.23.0";

/**
 * This site's members of a replica set that spans the sites, as resources of Percona's operator: each site's operator runs its own
 * pods, and the main site's alone keeps the set's configuration, with the other sites' members as external nodes (R10, R74, R82).
 * https://docs.percona.com/percona-operator-for-mongodb/replication.html
 */
export function perconaManifests(
  context: SiteContext,
  store: MongodbStore,
): readonly (readonly [string, readonly Manifest[]])[] {
  const placed = placedMembers(context.fleet, store);
  const own = placed.filter(({ site }) => site === context.name);
  // An arbiter alone is no work for the operator: the kubernetes family's own is the external node then.
  if (own.every(({ role }) => role === "arbiter")) return [];
  const main = mainSite(store);
  assert(main !== undefined, `${store.name} has a member with data`);
  const stores = context.name === main ? backupStores(context.fleet, store, main) : [];
  return [
    ["psmdb.yaml", [cluster(context, store, placed, main, stores)]],
    ["certificates.yaml", certificates(context, store, own)],
    ["peering-services.yaml", own.map((member) => peeringService(context, store, member))],
    [
      "network-policies.yaml",
      operatedPolicies(context, store, {
        label: "app.kubernetes.io/instance",
        port: MONGODB_PORT,
        operatorNamespace: "psmdb-system",
        backupPorts: stores.map(({ port }) => port),
      }),
    ],
  ];
}

function cluster(
  context: SiteContext,
  store: MongodbStore,
  placed: readonly PlacedMember[],
  main: SiteName,
  stores: readonly BackupStore[],
): Manifest {
  const { fleet } = context;
  const isMain = context.name === main;
  const own = placed.filter(({ site }) => site === context.name);
  const count = (role: PlacedMember["role"]) => own.filter((member) => member.role === role).length;
  const external = placed.filter(({ site }) => site !== context.name);
  const { pullSecret } = fleet.registry;
  return {
    apiVersion: "psmdb.percona.com/v1",
    kind: "PerconaServerMongoDB",
    metadata: { name: store.name, namespace: fleet.application.namespace },
    spec: {
      crVersion: PERCONA_VERSION,
      image: imageAt(context, databaseImages.mongodb),
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      // Only one operator may change the set's configuration.
      unmanaged: !isMain,
      updateStrategy: isMain ? "SmartUpdate" : "RollingUpdate",
      upgradeOptions: { apply: "disabled" },
      // A site's own members are fewer than three by design: the set is counted over all sites.
      unsafeFlags: { replsetSize: true },
      tls: { mode: "requireTLS", certManagementPolicy: "userProvidedOnly" },
      secrets: {
        users: `${store.name}-users`,
        ssl: `${store.name}-ssl`,
        sslInternal: `${store.name}-ssl-internal`,
        encryptionKey: `${store.name}-encryption-key`,
        keyFile: `${store.name}-keyfile`,
      },
      initContainerSecurityContext: sealed,
      replsets: [
        {
          name: store.replicaSet,
          size: count("voting"),
          ...podsOf(store),
          volumeSpec: volume(context, store),
          ...(count("nonvoting") === 0
            ? {}
            : {
                nonvoting: {
                  enabled: true,
                  size: count("nonvoting"),
                  ...podsOf(store),
                  volumeSpec: volume(context, store),
                },
              }),
          ...(count("arbiter") === 0
            ? {}
            : { arbiter: { enabled: true, size: count("arbiter"), resources: ARBITER_RESOURCES } }),
          // Members go by the addresses that all sites reach, their own pods' too.
          replsetOverrides: Object.fromEntries(
            own.map(({ pod, host, port, role, priority }) => [
              pod,
              { host: `${host}:${port}`, ...(role === "voting" ? { priority } : {}) },
            ]),
          ),
          ...(external.length === 0
            ? {}
            : {
                externalNodes: external.map(({ host, port, votes, priority, role }) => ({
                  host,
                  port,
                  votes,
                  priority,
                  ...(role === "arbiter" ? { arbiterOnly: true } : {}),
                })),
              }),
        },
      ],
      ...(isMain
        ? {
            users: [
              {
                name: store.database,
                db: store.database,
                passwordSecretRef: { name: applicationSecret(store), key: "password" },
                roles: [{ name: "readWrite", db: store.database }],
              },
            ],
          }
        : {}),
      backup: backup(context, store, stores),
    },
  };
}

const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 1001,
  fsGroup: 1001,
  seccompProfile: { type: "RuntimeDefault" },
};
const sealed = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true };
const ARBITER_RESOURCES = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } };

/** What the namespace's restricted standard asks for, one pod at a time to drain, and pods on different nodes where there are any. */
function podsOf(store: MongodbStore) {
  return {
    resources: resourcesOf(store.resources),
    podSecurityContext,
    containerSecurityContext: sealed,
    podDisruptionBudget: { maxUnavailable: 1 },
    affinity: { antiAffinityTopologyKey: "none" },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/instance": store.name } },
      },
    ],
  };
}

function volume(context: SiteContext, { storage }: MongodbStore) {
  const storageClassName = storageClassAt(context, storage.className);
  return {
    persistentVolumeClaim: {
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: storage.size } },
    },
  };
}

/** Taken at the main site only; the others' operators know nothing of the set as a whole (R83, R97, R98). */
function backup(context: SiteContext, store: MongodbStore, stores: readonly BackupStore[]) {
  const image = imageAt(context, databaseImages.mongodbBackup);
  const wanted = backupOf(context.fleet, store);
  const contexts = { podSecurityContext, containerSecurityContext: sealed };
  if (stores.length === 0 || wanted === undefined) return { enabled: false, image, ...contexts };
  return {
    enabled: true,
    image,
    ...contexts,
    storages: Object.fromEntries(
      stores.map((each, index) => [each.name, { ...(index === 0 ? { main: true } : {}), ...storage(each) }]),
    ),
    tasks: stores.map(({ name }) => ({
      name: `to-${name}`,
      enabled: true,
      schedule: wanted.schedule,
      storageName: name,
      type: "logical",
      compressionType: "gzip",
      retention: { type: "count", count: wanted.keep, deleteFromStorage: true },
    })),
    // The oplog goes to the same place, so that a restore may end at any moment.
    pitr: { enabled: true, oplogSpanMin: 5 },
  };
}

export function storage(target: BackupStore) {
  return { type: target.kind === "azure-blob" ? "azure" : "s3", ...storageSettings(target) };
}

export function storageSettings({ kind, endpoint, container, prefix, secret }: BackupStore) {
  const common = { credentialsSecret: secret, ...(prefix === undefined ? {} : { prefix }) };
  return kind === "azure-blob"
    ? { azure: { container, ...(endpoint === undefined ? {} : { endpointUrl: endpoint }), ...common } }
    : {
        s3: {
          bucket: container,
          // Every S3 client wants one; a store of our own has none.
          region: "us-east-1",
          ...(endpoint === undefined ? {} : { endpointUrl: endpoint, forcePathStyle: true }),
          ...common,
        },
      };
}

function certificates(context: SiteContext, store: MongodbStore, own: readonly PlacedMember[]): readonly Manifest[] {
  const { namespace } = context.fleet.application;
  const service = `${store.name}-${store.replicaSet}`;
  const hosts = [
    "localhost",
    ...namesOf(service, namespace),
    `*.${service}.${namespace}.svc.cluster.local`,
    ...new Set(own.map(({ host }) => host)),
  ];
  const shared = {
    commonName: store.name,
    hosts,
    organization: "holdfast",
    usages: ["server auth", "client auth"] as const,
  };
  return [
    issuerOf(context, store),
    ...[`${store.name}-ssl`, `${store.name}-ssl-internal`].map((secret) =>
      certificate(context, store, { ...shared, secret }),
    ),
  ];
}

/** A port at the site's one address for data, as the other sites know it. */
function peeringService(context: SiteContext, store: MongodbStore, { pod, port }: PlacedMember): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `${pod}-peering`, namespace: context.fleet.application.namespace, ...internalOnly(context) },
    spec: {
      ...loadBalancer(context.addresses.peering.dataHost),
      publishNotReadyAddresses: true,
      selector: { "app.kubernetes.io/instance": store.name, "statefulset.kubernetes.io/pod-name": pod },
      ports: [{ name: "mongodb", port, targetPort: MONGODB_PORT, protocol: "TCP" }],
    },
  };
}
