import type { Resource } from "./kinds.ts";

/** A rule of a Role: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Absent: all of them. `create` is limited by it only where objects are made by server-side apply, as everything here is. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export const READ = ["get", "list", "watch"] as const;
export const WRITE = ["create", "update", "patch", "delete"] as const;

/** A rule for each group of the API, in the order in which the groups first come. */
export function rulesFor(resources: readonly Resource[], verbs: readonly string[]): readonly Rule[] {
  const byGroup = new Map<string, Set<string>>();
  for (const { apiGroup, resource } of resources)
    byGroup.set(apiGroup, (byGroup.get(apiGroup) ?? new Set()).add(resource));
  return [...byGroup].map(([group, names]) => ({ apiGroups: [group], resources: [...names].sort(), verbs }));
}

/** None for no names: a rule without names would be for all objects. */
export function namedRule(
  { apiGroup, resource }: Resource,
  names: readonly string[],
  verbs: readonly string[],
): readonly Rule[] {
  if (names.length === 0) return [];
  return [{ apiGroups: [apiGroup], resources: [resource], resourceNames: [...new Set(names)].sort(), verbs }];
}
