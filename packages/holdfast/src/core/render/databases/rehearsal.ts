import type { MongodbStore, PostgresqlStore, SiteName } from "../../spec/index.ts";
import { databaseImages } from "../helm/index.ts";
import type { Manifest, SiteContext } from "../kubernetes/index.ts";
import { toYaml } from "../formats/index.ts";
import type { BackupStore } from "./backup-stores.ts";
import { objectStore } from "./cloudnative-pg.ts";
import { imageAt } from "./images.ts";
import { rehearsalName } from "./network.ts";
import { BACKUP_NAME, cloudnativePgRestore, perconaRestore, perconaScratch, usersSecret } from "./restore.ts";

/**
 * Restores the newest backup into a cluster of its own and reads what is in it, because only a restored backup is one. When it
 * fails, the cluster stays for a look at it; the next run begins by taking it away.
 */
export function cloudnativePgRehearsal(
  context: SiteContext,
  store: PostgresqlStore,
  { takenAt, from, schedule }: { readonly takenAt: SiteName; readonly from: BackupStore; readonly schedule: string },
): readonly Manifest[] {
  const name = rehearsalName(store);
  // Every row of every table is read, and there must be some.
  const query =
    "select coalesce(sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I.%I', schemaname, relname), false, true, '')))[1]::text::bigint), 0) from pg_stat_user_tables";
  const script = [
    "set -eu",
    `kubectl delete clusters.postgresql.cnpg.io ${name} --ignore-not-found --wait`,
    "kubectl apply --filename /rehearsal/cluster.yaml",
    `kubectl wait clusters.postgresql.cnpg.io/${name} --for=condition=Ready --timeout=4h`,
    `rows=$(kubectl exec ${name}-1 --container postgres -- psql --no-psqlrc --tuples-only --no-align --dbname ${store.database} --command "${query}")`,
    'echo "restored and read: $rows rows"',
    '[ "$rows" -gt 0 ]',
    `kubectl delete clusters.postgresql.cnpg.io ${name} --wait`,
  ];
  const restored = cloudnativePgRestore(context, store, { takenAt, objectStore: name, name });
  const job = rehearsal(context, {
    store: store.name,
    schedule,
    script,
    files: { "cluster.yaml": toYaml(restored) },
    env: [],
    rules: [
      {
        apiGroups: ["postgresql.cnpg.io"],
        resources: ["clusters"],
        resourceNames: [name],
        verbs: [...READ, "patch", "delete"],
      },
      // A name cannot be asked of what does not exist yet.
      { apiGroups: ["postgresql.cnpg.io"], resources: ["clusters"], verbs: ["create"] },
      ...execInto(`${name}-1`),
    ],
  });
  return [objectStore(context, store, from, name), ...job];
}

export function perconaRehearsal(
  context: SiteContext,
  store: MongodbStore,
  target: BackupStore,
  schedule: string,
): readonly Manifest[] {
  const name = rehearsalName(store);
  const pod = `${name}-${store.replicaSet}-0`;
  const countDocuments = [
    'db.getSiblingDB("admin").auth(process.env.MONGODB_USER, process.env.MONGODB_PASSWORD);',
    `const data = db.getSiblingDB(${JSON.stringify(store.database)});`,
    "let documents = 0;",
    "for (const name of data.getCollectionNames()) documents += data.getCollection(name).find().itcount();",
    "documents;",
  ];
  const ready = (kind: string, object: string) =>
    `kubectl wait ${kind}/${object} --for='jsonpath={.status.state}=ready' --timeout=4h`;
  const script = [
    "set -eu",
    `kubectl delete psmdb-restore ${name}-restore --ignore-not-found --wait`,
    `kubectl delete psmdb ${name} --ignore-not-found --wait`,
    "kubectl apply --filename /rehearsal/cluster.yaml",
    ready("psmdb", name),
    "# The agent reads the object store's list when it starts; a while later the newest backup is known.",
    "backup=",
    "for _ in $(seq 60); do",
    `  backup=$(kubectl exec ${pod} --container backup-agent -- pbm list --out json | jq --raw-output '[.snapshots[]? | select(.status == "done")] | sort_by(.restoreTo) | last | .name // empty')`,
    '  [ -z "$backup" ] || break',
    "  sleep 10",
    "done",
    '[ -n "$backup" ]',
    `sed "s/${BACKUP_NAME}/$backup/" /rehearsal/restore.yaml | kubectl apply --filename -`,
    ready("psmdb-restore", `${name}-restore`),
    "# Over the standard input: an argument would stand in the API server's audit log, and in the lists of processes.",
    `documents=$(printf '%s\\n' "$MONGODB_USER" "$MONGODB_PASSWORD" | kubectl exec --stdin ${pod} --container mongod -- sh -c "$(cat /rehearsal/read.sh)" read.sh "$(cat /rehearsal/read.js)")`,
    'echo "restored $backup and read: $documents documents"',
    '[ "$documents" -gt 0 ]',
    `kubectl delete psmdb-restore ${name}-restore --wait`,
    `kubectl delete psmdb ${name} --wait`,
  ];
  const group = "psmdb.percona.com";
  const fromUsers = (env: string, key: string) => ({
    name: env,
    valueFrom: { secretKeyRef: { name: usersSecret(store), key } },
  });
  return rehearsal(context, {
    store: store.name,
    schedule,
    script,
    files: {
      "cluster.yaml": toYaml(perconaScratch(context, store, target, name)),
      "restore.yaml": toYaml(perconaRestore(context, target, name)),
      "read.js": `${countDocuments.join("\n")}\n`,
      "read.sh": READ_AS_TOLD,
    },
    env: [
      fromUsers("MONGODB_USER", "MONGODB_DATABASE_ADMIN_USER"),
      fromUsers("MONGODB_PASSWORD", "MONGODB_DATABASE_ADMIN_PASSWORD"),
    ],
    rules: [
      {
        apiGroups: [group],
        resources: ["perconaservermongodbs"],
        resourceNames: [name],
        verbs: [...READ, "patch", "delete"],
      },
      {
        apiGroups: [group],
        resources: ["perconaservermongodbrestores"],
        resourceNames: [`${name}-restore`],
        verbs: [...READ, "patch", "delete"],
      },
      // A name cannot be asked of what does not exist yet.
      { apiGroups: [group], resources: ["perconaservermongodbs", "perconaservermongodbrestores"], verbs: ["create"] },
      ...execInto(pod),
    ],
  });
}

/** In the server's pod: the first two lines of the input are a login, the argument is what to do with it. */
const READ_AS_TOLD = `IFS= read -r MONGODB_USER
IFS= read -r MONGODB_PASSWORD
export MONGODB_USER MONGODB_PASSWORD
exec mongosh --quiet --norc --eval "$1"
`;

interface Rehearsal {
  readonly store: string;
  readonly schedule: string;
  readonly script: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly env: readonly unknown[];
  readonly rules: readonly unknown[];
}

const READ = ["get", "list", "watch"];

function execInto(pod: string) {
  return [
    { apiGroups: [""], resources: ["pods"], resourceNames: [pod], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods/exec"], resourceNames: [pod], verbs: ["create", "get"] },
  ];
}

function rehearsal(
  context: SiteContext,
  { store, schedule, script, files, env, rules }: Rehearsal,
): readonly Manifest[] {
  const { fleet } = context;
  const { namespace } = fleet.application;
  const name = `${store}-rehearsal`;
  const metadata = { name, namespace };
  const { pullSecret } = fleet.registry;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { ...files, "rehearse.sh": `${script.join("\n")}\n` } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: {
        podSelector: { matchLabels: { "holdfast.dev/rehearsal": store } },
        policyTypes: ["Egress"],
        egress: [{ ports: [443, 6443].map((port) => ({ port, protocol: "TCP" })) }],
      },
    },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: {
        schedule,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            activeDeadlineSeconds: 6 * 60 * 60,
            template: {
              metadata: { labels: { "holdfast.dev/rehearsal": store } },
              spec: {
                serviceAccountName: name,
                restartPolicy: "Never",
                ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
                securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                  {
                    name: "rehearsal",
                    image: imageAt(context, databaseImages.kubectl),
                    command: ["sh", "/rehearsal/rehearse.sh"],
                    env: [{ name: "HOME", value: "/tmp" }, ...env],
                    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                    securityContext: {
                      allowPrivilegeEscalation: false,
                      capabilities: { drop: ["ALL"] },
                      readOnlyRootFilesystem: true,
                    },
                    volumeMounts: [
                      { name: "rehearsal", mountPath: "/rehearsal", readOnly: true },
                      { name: "tmp", mountPath: "/tmp" },
                    ],
                  },
                ],
                volumes: [
                  { name: "rehearsal", configMap: { name } },
                  { name: "tmp", emptyDir: {} },
                ],
              },
            },
          },
        },
      },
    },
  ];
}
