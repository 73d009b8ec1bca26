import type { Fleet, Member, Store } from "../../../spec/index.ts";
import type { PlatformChart } from "./platform-chart.ts";
import { pulledWith, registryAndTag, repositoryAndTag } from "./platform-chart.ts";

/**
 * For whoever runs the stores by an operator, with the files of `databases/`, in place of those of `kubernetes/`: never both for one
 * store. CloudNativePG chart 0.28.2 is operator 1.29.1; plugin chart 0.4.0 is v0.10.0 (charts/plugin-barman-cloud/Chart.yaml in
 * cloudnative-pg/charts); Percona's charts carry the operator's own version, and from 1.23.0 it takes an arbiter at a third place.
 */
export const cloudnativePg: PlatformChart = {
  release: "cloudnative-pg",
  namespace: "cnpg-system",
  what: "Operator for PostgreSQL, with databases/ in place of holdfast's own servers",
  condition: "operators",
  pinAt: (fleet, member) =>
    has(fleet, member, "postgresql")
      ? {
          chart: "cloudnative-pg",
          repository: "https://cloudnative-pg.github.io/charts",
          version: "0.28.2",
          kubernetes: "1.32 to 1.35",
          images: { operator: { host: "ghcr.io", path: "cloudnative-pg/cloudnative-pg", tag: "1.29.1" } },
        }
      : undefined,
  values: ({ fleet, image }) => ({ ...pulledWith(fleet), image: repositoryAndTag(image("operator")), replicaCount: 2 }),
};

export const barmanCloud: PlatformChart = {
  release: "plugin-barman-cloud",
  namespace: "cnpg-system",
  what: "CloudNativePG's backups to an object store; it needs cert-manager",
  condition: "operators",
  pinAt: (fleet, member) =>
    has(fleet, member, "postgresql")
      ? {
          chart: "plugin-barman-cloud",
          repository: "https://cloudnative-pg.github.io/charts",
          version: "0.4.0",
          kubernetes: "1.32 to 1.35",
          images: {
            plugin: { host: "ghcr.io", path: "cloudnative-pg/plugin-barman-cloud", tag: "v0.10.0" },
            sidecar: { host: "ghcr.io", path: "cloudnative-pg/plugin-barman-cloud-sidecar", tag: "v0.10.0" },
          },
        }
      : undefined,
  values: ({ fleet, image }) => ({
    ...pulledWith(fleet),
    image: registryAndTag(image("plugin")),
    sidecarImage: registryAndTag(image("sidecar")),
  }),
};

export const perconaMongodb: PlatformChart = {
  release: "psmdb-operator",
  namespace: "psmdb-system",
  what: "Operator for MongoDB, with databases/ in place of the plain replica set",
  condition: "operators",
  pinAt: (fleet, member) =>
    has(fleet, member, "mongodb")
      ? {
          chart: "psmdb-operator",
          repository: "https://percona.github.io/percona-helm-charts",
          version: "1.23.0",
          kubernetes: "1.32 to 1.35",
          images: { operator: { host: "docker.io", path: "percona/percona-server-mongodb-operator", tag: "1.23.0" } },
        }
      : undefined,
  values: ({ fleet, image }) => ({
    ...pulledWith(fleet),
    image: repositoryAndTag(image("operator")),
    watchNamespace: fleet.application.namespace,
    // It would tell its makers about the cluster.
    disableTelemetry: true,
  }),
};

function has(fleet: Fleet, member: Member, engine: "postgresql" | "mongodb"): boolean {
  return operatedStores(fleet, member).some((store) => store.engine === engine);
}

/** The stores of which an operator would run something there: an arbiter alone is none of its business. */
export function operatedStores({ stores }: Fleet, { name }: Member): readonly Store[] {
  return stores.filter((store) =>
    store.engine === "postgresql"
      ? store.sites.includes(name)
      : store.members.some(({ site, role }) => site === name && role === "data"),
  );
}
