import type { DesignRule, Path } from "../rule.ts";

/**
 * What Kubernetes' own roles allow beyond running the application: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 * (its `view` leaves Secrets out).
 */
const READERS: ReadonlyMap<string, string> = new Map([
  ["edit", "reads and writes every Secret of the application's namespace"],
  ["admin", "reads and writes every Secret of the application's namespace, and its roles"],
  ["cluster-admin", "reads and writes every Secret of the cluster, holdfast's own among them"],
]);

export const secretReaders: DesignRule = {
  id: "secret-readers",
  severity: "warning",
  requirements: ["R94", "R110", "R119"],
  asks: "No group has a role of Kubernetes' own that reads Secrets; who runs the application has holdfast-operator.",
  why: "In those Secrets are the databases' passwords: who reads them changes data past every rule, and as the application.",
  example: {
    broken: "roles: [{ plane: kubernetes, role: admin }]",
    fixed: "roles: [{ plane: kubernetes, role: holdfast-operator }]",
  },
  *check({ access: { groups } }) {
    for (const [index, { name, includes, roles }] of groups.entries()) {
      for (const [position, { plane, role }] of roles.entries()) {
        const does = plane === "kubernetes" ? READERS.get(role) : undefined;
        if (does === undefined) continue;
        const path: Path = ["access", "groups", index, "roles", position, "role"];
        yield {
          path,
          message: `${[name, ...includes].join(", with ")} ${does}: the role ${role} includes that`,
          hint: "Use holdfast-operator, which reads logs, drains nodes and restarts pods, or holdfast-viewer; for the rest there are the pipeline and, in need, the cluster's administrator file.",
        };
      }
    }
  },
};
