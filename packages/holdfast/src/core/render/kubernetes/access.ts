import { SYSTEM_NAMESPACE } from "./context.ts";
import type { Manifest } from "./manifest.ts";

/** Gives the service account of that name in the system's namespace a Role of the same name. */
export function grant(metadata: Manifest["metadata"], rules: readonly unknown[]): readonly Manifest[] {
  const { name } = metadata;
  return [
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: SYSTEM_NAMESPACE }],
    },
  ];
}
