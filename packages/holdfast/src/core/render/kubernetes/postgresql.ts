import type { PostgresqlStore } from "../../spec/index.ts";
import { identityOf } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { postgresImage } from "./images.ts";
import { labelsOf, selectorOf, workloadLabelsOf } from "./labels.ts";
import { internalOnly, loadBalancer } from "./load-balancer.ts";
import type { Manifest } from "./manifest.ts";
import { storageClassAt } from "./platforms.ts";
import {
  criticalPriority,
  fromSecret,
  podIdentity,
  podSecurityContext,
  pullSecrets,
  resourcesOf,
  sealedSecurityContext,
  temporaryMount,
  temporaryVolume,
} from "./pods.ts";
import { AGENT_PORT, POSTGRESQL_PORT, secretNames, serviceNames } from "./stores.ts";

const DATA_MOUNT = "/var/lib/holdfast";

/** This site's one server of a store. There is no disruption budget: with one replica it could only stop every drain. */
export function renderPostgresql(context: SiteContext, store: PostgresqlStore): readonly Manifest[] {
  const { namespace } = context.fleet.application;
  const identity = identityOf(context, {
    name: store.name,
    component: "database",
    version: postgresImage(context.fleet.registry).version,
  });
  const labels = labelsOf(identity);
  const selector = selectorOf(identity);
  const names = serviceNames(store.name);
  const service = (name: string, spec: Readonly<Record<string, unknown>>, extra = {}): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels, ...extra },
    spec,
  });
  const port = { name: "postgresql", port: POSTGRESQL_PORT, targetPort: "postgresql", protocol: "TCP" };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: store.name, namespace, labels },
      automountServiceAccountToken: false,
    },
    // Gives the pod its name. Published before it is ready: the agent has to be reached for the server to become so.
    service(store.name, { clusterIP: "None", publishNotReadyAddresses: true, selector, ports: [port] }),
    // No selector: the primary may be at another site, so the controller writes the endpoints.
    service(names.readWrite, { type: "ClusterIP", ports: [{ ...port, targetPort: POSTGRESQL_PORT }] }),
    service(names.readOnly, { type: "ClusterIP", selector, ports: [port] }),
    ...(store.sites.length < 2
      ? []
      : [
          service(
            names.peering,
            {
              ...loadBalancer(context.addresses.peering.dataHost),
              // A standby has to reach a primary that is up but not yet ready, for example one that waits for it.
              publishNotReadyAddresses: true,
              selector,
              ports: [{ ...port, port: store.peeringPort }],
            },
            internalOnly(context),
          ),
        ]),
    renderStatefulSet(context, store, { name: store.name, namespace, labels: workloadLabelsOf(identity) }, selector),
  ];
}

function renderStatefulSet(
  context: SiteContext,
  store: PostgresqlStore,
  metadata: Manifest["metadata"],
  selector: Readonly<Record<string, string>>,
): Manifest {
  const { registry } = context.fleet;
  const { application, system } = secretNames(store.name);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas: 1,
      serviceName: store.name,
      selector: { matchLabels: selector },
      updateStrategy: { type: "RollingUpdate" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          serviceAccountName: store.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...pullSecrets(registry),
          ...criticalPriority,
          securityContext: podSecurityContext,
          // A fast shutdown writes a checkpoint first.
          terminationGracePeriodSeconds: 60,
          containers: [
            {
              name: "postgres",
              image: postgresImage(registry).image,
              ports: [
                { name: "postgresql", containerPort: POSTGRESQL_PORT, protocol: "TCP" },
                { name: "agent", containerPort: AGENT_PORT, protocol: "TCP" },
              ],
              env: [
                ...podIdentity,
                { name: "NODE_NAME", value: context.name },
                { name: "DATA_DIR", value: DATA_MOUNT },
                { name: "LISTEN_ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                { name: "PGPORT", value: String(POSTGRESQL_PORT) },
                { name: "AGENT_PORT", value: String(AGENT_PORT) },
                { name: "DATABASE", value: store.database },
                { name: "OWNER", value: store.owner },
                fromSecret("OWNER_PASSWORD", application, "password"),
                fromSecret("SUPERUSER_PASSWORD", system, "superuser-password"),
                fromSecret("REPLICATION_PASSWORD", system, "replication-password"),
                fromSecret("AGENT_TOKEN", system, "agent-token"),
              ],
              readinessProbe: {
                httpGet: { path: "/readyz", port: "agent" },
                periodSeconds: 2,
                timeoutSeconds: 2,
                failureThreshold: 2,
              },
              // Patient: killing a server that is busy recovering only makes it start over.
              livenessProbe: {
                httpGet: { path: "/livez", port: "agent" },
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 6,
              },
              resources: resourcesOf(store.resources),
              securityContext: sealedSecurityContext,
              volumeMounts: [{ name: "data", mountPath: DATA_MOUNT }, temporaryMount],
            },
          ],
          volumes: [temporaryVolume],
        },
      },
      volumeClaimTemplates: [dataVolumeClaim(context, store.storage, selector)],
    },
  };
}

/** A claim template cannot be changed later, so it carries only what never changes. */
export function dataVolumeClaim(
  context: SiteContext,
  { size, className }: PostgresqlStore["storage"],
  labels: Readonly<Record<string, string>>,
) {
  const storageClassName = storageClassAt(context, className);
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: size } },
    },
  };
}
