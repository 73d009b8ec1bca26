import type { Registry, Resources } from "../../spec/index.ts";

/**
 * What the restricted Pod Security Standard asks for. The user is given because an image that names none, or root, would
 * be refused; 65534 ("nobody") has an account in every image, without which PostgreSQL's initdb does not run.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const NON_ROOT_ID = 65534;

export const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: NON_ROOT_ID,
  runAsGroup: NON_ROOT_ID,
  fsGroup: NON_ROOT_ID,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
} as const;

export const containerSecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
} as const;

/** For images of our own (and MongoDB's), which are known to write only into their volumes and /tmp. */
export const sealedSecurityContext = { ...containerSecurityContext, readOnlyRootFilesystem: true } as const;

export const temporaryVolume = { name: "tmp", emptyDir: {} } as const;
export const temporaryMount = { name: "tmp", mountPath: "/tmp" } as const;

/** A pod listens on its own address: see it as `POD_IP`. */
export const podIdentity = [
  { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
] as const;

/**
 * What decides who may write, and the databases, are the last that a crowded cluster evicts and the first that it places again.
 * The class exists in every cluster: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
 */
export const criticalPriority = { priorityClassName: "system-cluster-critical" } as const;

export function pullSecrets({ pullSecret }: Registry) {
  return pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] };
}

/**
 * Soft: replicas go to different nodes and zones where there are any, yet a site with one node left runs all of them.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export function spread(matchLabels: Readonly<Record<string, string>>) {
  return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  }));
}

export function fromSecret(env: string, secret: string, key: string) {
  return { name: env, valueFrom: { secretKeyRef: { name: secret, key } } };
}

export function resourcesOf({ requests, limits }: Resources) {
  return {
    requests: { cpu: requests.cpu, memory: requests.memory },
    limits: { ...(limits.cpu === undefined ? {} : { cpu: limits.cpu }), memory: limits.memory },
  };
}
