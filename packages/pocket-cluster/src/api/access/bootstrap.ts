import { ApiError } from "../../store/index.ts";
import type { ObjectStore } from "../../store/index.ts";
import type { PolicyRule } from "./authorization.ts";

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const BOOTSTRAPPING = { "kubernetes.io/bootstrapping": "rbac-defaults" };

const workloads: readonly Pick<PolicyRule, "apiGroups" | "resources">[] = [
  {
    apiGroups: [""],
    resources: [
      "bindings",
      "configmaps",
      "endpoints",
      "events",
      "limitranges",
      "namespaces",
      "namespaces/status",
      "persistentvolumeclaims",
      "persistentvolumeclaims/status",
      "pods",
      "pods/log",
      "pods/status",
      "resourcequotas",
      "serviceaccounts",
      "services",
      "services/status",
    ],
  },
  {
    apiGroups: ["apps"],
    resources: [
      "controllerrevisions",
      "daemonsets",
      "daemonsets/status",
      "deployments",
      "deployments/scale",
      "deployments/status",
      "replicasets",
      "replicasets/scale",
      "replicasets/status",
      "statefulsets",
      "statefulsets/scale",
      "statefulsets/status",
    ],
  },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers", "horizontalpodautoscalers/status"] },
  { apiGroups: ["batch"], resources: ["cronjobs", "cronjobs/status", "jobs", "jobs/status"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets", "poddisruptionbudgets/status"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingresses/status", "networkpolicies"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"] },
  { apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"] },
];
const secrets = { apiGroups: [""], resources: ["secrets", "pods/eviction", "serviceaccounts/token"] };
const roles = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"] };
const readOnly = new Set(["namespaces", "limitranges", "resourcequotas", "endpointslices"]);
const view: readonly PolicyRule[] = workloads.map((rule) => ({ ...rule, verbs: READ }));
const edit: readonly PolicyRule[] = [
  ...view,
  { ...secrets, verbs: READ },
  ...[...workloads.filter((rule) => rule.apiGroups?.[0] !== "metrics.k8s.io"), secrets].map((rule) => ({
    ...rule,
    resources: (rule.resources ?? []).filter((resource) => !resource.endsWith("/status") && !readOnly.has(resource)),
    verbs: WRITE,
  })),
];
const DISCOVERY = [
  "/api",
  "/api/*",
  "/apis",
  "/apis/*",
  "/healthz",
  "/livez",
  "/openapi",
  "/openapi/*",
  "/readyz",
  "/version",
  "/version/",
];

/** Roles that every cluster has; who is bound to them by default is beside each. */
const clusterRoles: Readonly<
  Record<string, { readonly rules: readonly PolicyRule[]; readonly groups?: readonly string[] }>
> = {
  "cluster-admin": {
    rules: [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] },
    ],
    groups: ["system:masters"],
  },
  admin: { rules: [...edit, { ...roles, verbs: [...READ, ...WRITE] }] },
  edit: { rules: edit },
  view: { rules: view },
  "system:discovery": { rules: [{ nonResourceURLs: DISCOVERY, verbs: ["get"] }], groups: ["system:authenticated"] },
  "system:basic-user": {
    rules: [
      {
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        verbs: ["create"],
      },
      { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
    ],
    groups: ["system:authenticated"],
  },
  "system:public-info-viewer": {
    rules: [{ nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"], verbs: ["get"] }],
    groups: ["system:authenticated", "system:unauthenticated"],
  },
};

const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/ */
const SYSTEM_PRIORITIES = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
];

/** Makes what a cluster has before anyone does anything: namespaces, priority classes, default roles and their bindings. Leaves what is there. */
export function bootstrap(store: ObjectStore): void {
  for (const name of SYSTEM_NAMESPACES) {
    ensure(store, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  for (const { name, ...priority } of SYSTEM_PRIORITIES) {
    ensure(store, { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, ...priority });
  }
  const apiVersion = "rbac.authorization.k8s.io/v1";
  for (const [name, { rules, groups = [] }] of Object.entries(clusterRoles)) {
    const metadata = { name, labels: BOOTSTRAPPING };
    ensure(store, { apiVersion, kind: "ClusterRole", metadata, rules });
    if (groups.length === 0) continue;
    ensure(store, {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: groups.map((group) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group })),
    });
  }
}

interface Initial {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

function ensure(store: ObjectStore, object: Initial): void {
  const type = store.findKind(object.apiVersion, object.kind);
  if (type === undefined) throw new Error(`the store serves no ${object.apiVersion} ${object.kind}`);
  try {
    store.create(type, undefined, object, { fieldManager: "kube-apiserver" });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") throw error;
  }
}
