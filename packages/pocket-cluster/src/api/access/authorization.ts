import { selects } from "../../objects/index.ts";
import type { LabelSelector } from "../../objects/index.ts";
import { ApiError } from "../../store/index.ts";
import type { KubeObject, ObjectStore } from "../../store/index.ts";
import type { User } from "./user.ts";

/** What a user wants to do: something to a resource, or something to a path that is none. */
export type Attempt =
  | {
      readonly kind: "resource";
      readonly verb: string;
      readonly group: string;
      /** With its subresource: "pods/log". */
      readonly resource: string;
      readonly namespace?: string;
      readonly name?: string;
    }
  | { readonly kind: "path"; readonly verb: string; readonly path: string };

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface Authorizer {
  allows(user: User, attempt: Attempt): boolean;
  /** Every rule that holds for the user, in the cluster and in `namespace`. */
  rulesFor(user: User, namespace: string | undefined): readonly PolicyRule[];
}

interface Grant {
  readonly subjects: readonly Subject[];
  readonly rules: readonly PolicyRule[];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The grants of all bindings, read once and again only after a role or binding changed. */
interface Policy {
  readonly cluster: readonly Grant[];
  readonly byNamespace: ReadonlyMap<string, readonly Grant[]>;
}

const RBAC = "rbac.authorization.k8s.io";
const MASTERS: PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** Role-based access control, evaluated from the roles and bindings in the store; `system:masters` may do everything. */
export function roleBasedAuthorizer(store: ObjectStore): Authorizer & { close(): void } {
  let policy: Policy | undefined;
  const ends = ["roles", "rolebindings", "clusterroles", "clusterrolebindings"].map((resource) => {
    const type = store.findType(RBAC, "v1", resource);
    if (type === undefined) throw new Error(`the store serves no ${resource}.${RBAC}`);
    return store.watch(type, { resourceVersion: store.resourceVersion() }, () => (policy = undefined));
  });

  const rulesFor = (user: User, namespace: string | undefined): readonly PolicyRule[] => {
    if (user.groups.includes("system:masters")) return MASTERS;
    policy ??= readPolicy(store);
    const grants = [...policy.cluster, ...(namespace === undefined ? [] : (policy.byNamespace.get(namespace) ?? []))];
    return grants
      .filter((grant) => grant.subjects.some((subject) => isSubject(user, subject)))
      .flatMap((grant) => grant.rules);
  };

  return {
    rulesFor,
    allows: (user, attempt) =>
      rulesFor(user, attempt.kind === "resource" ? attempt.namespace : undefined).some((rule) =>
        ruleAllows(rule, attempt),
      ),
    close: () => ends.forEach((end) => end()),
  };
}

function readPolicy(store: ObjectStore): Policy {
  const all = (resource: string): readonly KubeObject[] => {
    const type = store.findType(RBAC, "v1", resource);
    return type === undefined ? [] : store.list(type).items;
  };
  const clusterRoles = all("clusterroles");
  const rules = new Map<string, readonly PolicyRule[]>();
  for (const role of clusterRoles) rules.set(`ClusterRole/${role.metadata.name}`, clusterRoleRules(role, clusterRoles));
  for (const role of all("roles")) {
    rules.set(`Role/${role.metadata.namespace ?? ""}/${role.metadata.name}`, rulesOf(role));
  }
  const grant = (binding: KubeObject): Grant => {
    const { kind, name } = binding["roleRef"] as { readonly kind: string; readonly name: string };
    const key = kind === "Role" ? `Role/${binding.metadata.namespace ?? ""}/${name}` : `ClusterRole/${name}`;
    return { subjects: (binding["subjects"] ?? []) as readonly Subject[], rules: rules.get(key) ?? [] };
  };
  const byNamespace = new Map<string, Grant[]>();
  for (const binding of all("rolebindings")) {
    const namespace = binding.metadata.namespace ?? "";
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), grant(binding)]);
  }
  return { cluster: all("clusterrolebindings").map(grant), byNamespace };
}

function rulesOf(role: KubeObject): readonly PolicyRule[] {
  return (role["rules"] ?? []) as readonly PolicyRule[];
}

/** An aggregated role has the rules of those that its selectors name; a real cluster's controller copies them into it. */
function clusterRoleRules(role: KubeObject, all: readonly KubeObject[]): readonly PolicyRule[] {
  const aggregation = role["aggregationRule"] as
    { readonly clusterRoleSelectors?: readonly LabelSelector[] } | undefined;
  if (aggregation === undefined) return rulesOf(role);
  const selectors = aggregation.clusterRoleSelectors ?? [];
  return all
    .filter((each) => each !== role && selectors.some((selector) => selects(selector, each.metadata.labels)))
    .flatMap(rulesOf);
}

function isSubject(user: User, subject: Subject): boolean {
  switch (subject.kind) {
    case "User":
      return subject.name === user.name;
    case "Group":
      return user.groups.includes(subject.name);
    case "ServiceAccount":
      return user.name === `system:serviceaccount:${subject.namespace ?? ""}:${subject.name}`;
    default:
      return false;
  }
}

/** As `k8s.io/component-helpers` and the RBAC authorizer of a real server match one rule. */
export function ruleAllows(rule: PolicyRule, attempt: Attempt): boolean {
  if (!includesOrAny(rule.verbs, attempt.verb)) return false;
  if (attempt.kind === "path")
    return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, attempt.path));
  if (!includesOrAny(rule.apiGroups ?? [], attempt.group)) return false;
  const [, subresource] = attempt.resource.split("/");
  const resources = rule.resources ?? [];
  const isMeant =
    includesOrAny(resources, attempt.resource) || (subresource !== undefined && resources.includes(`*/${subresource}`));
  const names = rule.resourceNames ?? [];
  return isMeant && (names.length === 0 || (attempt.name !== undefined && names.includes(attempt.name)));
}

function includesOrAny(values: readonly string[], value: string): boolean {
  return values.includes("*") || values.includes(value);
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern === "*" || pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));
}

/** The 403 of a real server. */
export function forbidden(user: User, attempt: Attempt): ApiError {
  if (attempt.kind === "path") {
    return new ApiError(
      403,
      "Forbidden",
      `forbidden: User ${quote(user.name)} cannot ${attempt.verb} path ${quote(attempt.path)}`,
      {},
    );
  }
  const [resource = ""] = attempt.resource.split("/");
  const qualified = attempt.group === "" ? resource : `${resource}.${attempt.group}`;
  const subject = attempt.name === undefined || attempt.name === "" ? qualified : `${qualified} ${quote(attempt.name)}`;
  const where =
    attempt.namespace === undefined ? "at the cluster scope" : `in the namespace ${quote(attempt.namespace)}`;
  return new ApiError(
    403,
    "Forbidden",
    `${subject} is forbidden: User ${quote(user.name)} cannot ${attempt.verb} resource ${quote(attempt.resource)} in API group ${quote(attempt.group)} ${where}`,
    {
      ...(attempt.name === undefined || attempt.name === "" ? {} : { name: attempt.name }),
      ...(attempt.group === "" ? {} : { group: attempt.group }),
      kind: resource,
    },
  );
}

function quote(text: string): string {
  return JSON.stringify(text);
}
