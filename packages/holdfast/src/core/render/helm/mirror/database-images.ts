import type { PublishedImage } from "./image-source.ts";

/** What `databases/` runs; kept here so that it is carried over with everything else. */
export const databaseImages = {
  postgresql: { host: "ghcr.io", path: "cloudnative-pg/postgresql", tag: "18.3-minimal-trixie" },
  mongodb: { host: "docker.io", path: "percona/percona-server-mongodb", tag: "8.0.19-7" },
  mongodbBackup: { host: "docker.io", path: "percona/percona-backup-mongodb", tag: "2.12.0" },
  /** A shell and kubectl, for the rehearsal of a restore. */
  kubectl: { host: "docker.io", path: "alpine/k8s", tag: "1.34.1" },
} as const satisfies Readonly<Record<string, PublishedImage>>;
