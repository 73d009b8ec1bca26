import { assert } from "../../../base/index.ts";
import type { Fleet, MongodbStore, SiteName } from "../../spec/index.ts";
import { identityOf } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { digest } from "./digest.ts";
import { mongodbImage } from "./images.ts";
import { labelsOf, workloadLabelsOf } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import { MEMBERS_SCRIPT } from "./mongodb-members-script.ts";
import { podSecurityContext, pullSecrets, sealedSecurityContext, temporaryMount, temporaryVolume } from "./pods.ts";
import { placedMongodbMembers, secretNames } from "./stores.ts";

const MOUNT = "/etc/holdfast";
const CONTAINER = "members";
/** Of the script, when a person has to act first: to try it again would be of no use. */
const NEEDS_A_PERSON = 3;
/** The other sites may be stood up days later. */
const WAIT_DAYS_MAX = 7;
/** Then it goes, and the next deployment makes it again, which repairs what has changed since. */
const KEPT_SECONDS = 60 * 60;

/**
 * mongod begins no replica set and makes no user by itself, so one site has a Job for it: where the member stands that is preferred
 * as primary. A Job, and not a loop that never ends, because a set is only to be changed when somebody deploys: what an
 * operator changes in it before work on a site has to stay until then.
 */
export function renderMembersJob(context: SiteContext, store: MongodbStore): readonly Manifest[] {
  if (context.name !== siteOfJob(store)) return [];
  const { fleet } = context;
  const { namespace } = fleet.application;
  const { image, version } = mongodbImage(fleet.registry);
  // With the members' name their network policy holds for its pods, and theirs lets it in; no Service selects them.
  const identity = identityOf(context, { name: store.name, component: "database", version });
  const name = `${store.name}-members`;
  const data = {
    "members.js": MEMBERS_SCRIPT,
    "mongosh.conf": "mongosh:\n  enableTelemetry: false\n",
    "set.json": `${JSON.stringify(wantedSet(fleet, store), undefined, 2)}\n`,
  };
  const spec = {
    activeDeadlineSeconds: WAIT_DAYS_MAX * 24 * 60 * 60,
    backoffLimit: 6,
    ttlSecondsAfterFinished: KEPT_SECONDS,
    podFailurePolicy: {
      rules: [
        { action: "FailJob", onExitCodes: { containerName: CONTAINER, operator: "In", values: [NEEDS_A_PERSON] } },
        // A drained node is no failure of it.
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
    template: { metadata: { labels: workloadLabelsOf(identity) }, spec: podSpec(context, store, name, image) },
  };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: labelsOf(identity) }, data },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        // A Job can hardly be changed: what changes its pods, or what they are to do, makes another one.
        name: `${name}-${digest(JSON.stringify([data, spec])).slice(0, 8)}`,
        namespace,
        labels: workloadLabelsOf(identity),
      },
      spec,
    },
  ];
}

function podSpec({ fleet }: SiteContext, store: MongodbStore, name: string, image: string) {
  const { application, system, tls } = secretNames(store.name);
  const login = (folder: string, secret: string) => ({
    secret: {
      name: secret,
      items: ["username", "password"].map((key) => ({ key, path: `users/${folder}/${key}` })),
    },
  });
  const keys = ["ca.crt", "tls-combined.pem"].map((key) => ({ key, path: `tls/${key}` }));
  return {
    restartPolicy: "Never",
    serviceAccountName: store.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...pullSecrets(fleet.registry),
    securityContext: podSecurityContext,
    // The shell does not listen to SIGTERM, and has nothing to put away.
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: CONTAINER,
        image,
        // Passwords are files: an argument is seen by all of the node, and the environment by each child.
        command: ["mongosh", "--nodb", "--norc", "--quiet", "--file", `${MOUNT}/members.js`],
        // Where the shell keeps its log.
        env: [{ name: "HOME", value: temporaryMount.mountPath }],
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        securityContext: sealedSecurityContext,
        volumeMounts: [
          { name: "holdfast", mountPath: MOUNT, readOnly: true },
          { name: "shell", mountPath: "/etc/mongosh.conf", subPath: "mongosh.conf", readOnly: true },
          temporaryMount,
        ],
      },
    ],
    volumes: [
      {
        name: "holdfast",
        projected: {
          sources: [
            { configMap: { name, items: ["members.js", "set.json"].map((key) => ({ key, path: key })) } },
            { secret: { name: tls, items: keys } },
            login("application", application),
            login("administrator", system),
          ],
        },
      },
      { name: "shell", configMap: { name, items: [{ key: "mongosh.conf", path: "mongosh.conf" }] } },
      temporaryVolume,
    ],
  };
}

/** What the script reads: members as replSetGetConfig has them. */
function wantedSet(fleet: Fleet, store: MongodbStore) {
  return {
    set: store.replicaSet,
    members: placedMongodbMembers(fleet, store).map(({ host, role, votes, priority }) => ({
      host,
      arbiterOnly: role === "arbiter",
      votes,
      // Who does not vote cannot be elected, and MongoDB takes no other word for it.
      priority: role === "arbiter" || votes === 0 ? 0 : priority,
    })),
    settings: { electionTimeoutMillis: store.electionTimeoutMs },
    users: [
      // An operator's right on the worst day must not be one that was forgotten here.
      { folder: "administrator", database: "admin", roles: [{ role: "root", db: "admin" }] },
      { folder: "application", database: store.database, roles: [{ role: "readWrite", db: store.database }] },
    ],
  };
}

function siteOfJob({ name, members }: MongodbStore): SiteName {
  const [first] = members.filter(({ role }) => role === "data").sort((a, b) => b.priority - a.priority);
  assert(first !== undefined, `${name} has a member with data`);
  return first.site;
}
