import type { Manifest } from "./manifest.ts";

/**
 * Every kind that we render, in the order in which a cluster should get them: what others refer to comes first, and the
 * network is closed before anything runs in it. Nothing of another kind is ever pruned, so a Secret is not among them: the
 * one that we render goes last and, when it is no longer wanted, by itself with its service account.
 */
const WAVES: readonly (readonly (readonly [apiVersion: string, kind: string])[])[] = [
  [["v1", "Namespace"]],
  [
    ["v1", "ServiceAccount"],
    ["v1", "ConfigMap"],
    ["rbac.authorization.k8s.io/v1", "Role"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
  ],
  [
    ["rbac.authorization.k8s.io/v1", "RoleBinding"],
    ["v1", "Service"],
    ["cert-manager.io/v1", "Certificate"],
  ],
  [
    ["apps/v1", "StatefulSet"],
    ["apps/v1", "Deployment"],
  ],
  [
    ["autoscaling/v2", "HorizontalPodAutoscaler"],
    ["policy/v1", "PodDisruptionBudget"],
    ["networking.k8s.io/v1", "Ingress"],
    ["batch/v1", "Job"],
  ],
];

export interface RenderedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Objects of one wave do not depend on each other; a later wave may refer to an earlier one. */
  readonly wave: number;
}

export const renderedKinds: readonly RenderedKind[] = WAVES.flatMap((kinds, wave) =>
  kinds.map(([apiVersion, kind]) => ({ apiVersion, kind, wave })),
);

const waveByKind = new Map(renderedKinds.map(({ apiVersion, kind, wave }) => [`${apiVersion} ${kind}`, wave]));

/** Kinds that we do not render ourselves go last: whatever they need is there by then. */
export function waveOf({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">): number {
  return waveByKind.get(`${apiVersion} ${kind}`) ?? WAVES.length;
}
