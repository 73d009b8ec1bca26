import type { MongodbStore } from "../../spec/index.ts";
import { disruptionBudget } from "./component.ts";
import { identityOf } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { mongodbImage } from "./images.ts";
import { labelsOf, selectorOf, workloadLabelsOf } from "./labels.ts";
import { internalOnly, loadBalancer } from "./load-balancer.ts";
import type { Manifest } from "./manifest.ts";
import { renderMembersJob } from "./mongodb-members.ts";
import {
  criticalPriority,
  podIdentity,
  podSecurityContext,
  pullSecrets,
  resourcesOf,
  sealedSecurityContext,
  spread,
  temporaryMount,
  temporaryVolume,
} from "./pods.ts";
import { dataVolumeClaim } from "./postgresql.ts";
import { MONGODB_PORT, mongodbMembersAt, secretNames } from "./stores.ts";

const DATA_MOUNT = "/data/db";
const TLS_MOUNT = "/etc/mongodb/tls";
/** What an arbiter keeps: the set's configuration and how it voted, which it must not forget or it could vote twice. */
const ARBITER_STORAGE = "1Gi";

/** A set of members at this site that are alike: those with data, or the arbiters. */
interface Members {
  readonly name: string;
  readonly count: number;
  readonly storage: MongodbStore["storage"];
  /** Of the site's first such member; the next has the next. */
  readonly firstPeeringPort: number;
}

/**
 * This site's members of a replica set that spans the sites; the members elect their primary themselves, once the Job of one site
 * has made them a set.
 */
export function renderMongodb(context: SiteContext, store: MongodbStore): readonly Manifest[] {
  const { data, arbiters } = mongodbMembersAt(store, context.name);
  const { className } = store.storage;
  const groups: readonly Members[] = [
    { name: store.name, count: data.length, storage: store.storage, firstPeeringPort: store.peeringPort },
    {
      name: `${store.name}-arbiter`,
      count: arbiters.length,
      storage: { size: ARBITER_STORAGE, ...(className === undefined ? {} : { className }) },
      firstPeeringPort: store.peeringPort + data.length,
    },
  ];
  return [
    ...groups.filter(({ count }) => count > 0).flatMap((members) => renderMembers(context, store, members)),
    ...renderMembersJob(context, store),
  ];
}

function renderMembers(context: SiteContext, store: MongodbStore, members: Members): readonly Manifest[] {
  const { namespace } = context.fleet.application;
  const identity = identityOf(context, {
    name: store.name,
    component: "database",
    version: mongodbImage(context.fleet.registry).version,
  });
  // One name for all members, so that one network policy holds for them; what tells the groups apart is a label of its own.
  const selector = { ...selectorOf(identity), "holdfast.dev/members": members.name };
  const labels = { ...labelsOf(identity), "holdfast.dev/members": members.name };
  const metadata = { name: members.name, namespace, labels };
  const port = { name: "mongodb", port: MONGODB_PORT, targetPort: "mongodb", protocol: "TCP" };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector, ports: [port] },
    },
    // Each member has an address of its own that all sites reach: in a replica set every member talks to every other.
    ...Array.from({ length: members.count }, (_, ordinal): Manifest => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name: `${members.name}-${ordinal}-peering`, ...internalOnly(context) },
      spec: {
        ...loadBalancer(context.addresses.peering.dataHost),
        publishNotReadyAddresses: true,
        selector: { ...selector, "statefulset.kubernetes.io/pod-name": `${members.name}-${ordinal}` },
        ports: [{ ...port, port: members.firstPeeringPort + ordinal }],
      },
    })),
    renderStatefulSet(
      context,
      store,
      members,
      { ...metadata, labels: { ...workloadLabelsOf(identity), "holdfast.dev/members": members.name } },
      selector,
    ),
    ...(members.count < 2 ? [] : [disruptionBudget(selector, metadata)]),
  ];
}

function renderStatefulSet(
  context: SiteContext,
  store: MongodbStore,
  members: Members,
  metadata: Manifest["metadata"],
  selector: Readonly<Record<string, string>>,
): Manifest {
  const { registry } = context.fleet;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas: members.count,
      serviceName: members.name,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: selector },
      updateStrategy: { type: "RollingUpdate" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          serviceAccountName: members.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...pullSecrets(registry),
          ...criticalPriority,
          securityContext: podSecurityContext,
          // A primary steps down and hands over before it ends.
          terminationGracePeriodSeconds: 60,
          topologySpreadConstraints: spread(selector),
          containers: [
            {
              name: "mongodb",
              image: mongodbImage(registry).image,
              args: mongodArguments(store),
              ports: [{ name: "mongodb", containerPort: MONGODB_PORT, protocol: "TCP" }],
              env: podIdentity,
              readinessProbe: {
                tcpSocket: { port: "mongodb" },
                periodSeconds: 5,
                timeoutSeconds: 2,
                failureThreshold: 3,
              },
              livenessProbe: {
                tcpSocket: { port: "mongodb" },
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 12,
              },
              resources: resourcesOf(store.resources),
              securityContext: sealedSecurityContext,
              volumeMounts: [
                { name: "data", mountPath: DATA_MOUNT },
                { name: "tls", mountPath: TLS_MOUNT, readOnly: true },
                temporaryMount,
              ],
            },
          ],
          volumes: [{ name: "tls", secret: { secretName: secretNames(store.name).tls } }, temporaryVolume],
        },
      },
      volumeClaimTemplates: [dataVolumeClaim(context, members.storage, selector)],
    },
  };
}

/**
 * Members know each other by their certificates. A key file would not do: mongod refuses one that its group can read, and
 * Kubernetes gives a Secret's files to the pod's group. https://www.mongodb.com/docs/manual/core/security-internal-authentication/
 */
function mongodArguments(store: MongodbStore): readonly string[] {
  return [
    "mongod",
    `--replSet=${store.replicaSet}`,
    "--bind_ip_all",
    `--port=${MONGODB_PORT}`,
    `--dbpath=${DATA_MOUNT}`,
    "--auth",
    "--clusterAuthMode=x509",
    "--tlsMode=requireTLS",
    `--tlsCertificateKeyFile=${TLS_MOUNT}/tls-combined.pem`,
    `--tlsCAFile=${TLS_MOUNT}/ca.crt`,
    "--tlsAllowConnectionsWithoutCertificates",
    // Over the members' TCP port alone: nobody else in the container has use for a socket in /tmp.
    "--nounixsocket",
  ];
}
