import type { Fleet, Group } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const kubernetesGroups: DesignRule = {
  id: "kubernetes-groups",
  severity: "warning",
  requirements: ["R110", "R116", "R117", "R119"],
  asks: "A group runs the application at each cluster with a role of its own, few have cluster-admin, and none has both planes.",
  why: "A cluster does not know the Hub's directory: without roles of its own there is only the administrator's file, and everybody shares it.",
  example: {
    broken: "roles: [{ plane: azure, role: Reader }]",
    fixed: "roles: [{ plane: kubernetes, role: holdfast-operator }]",
  },
  *check(fleet) {
    const { groups } = fleet.access;
    // A cluster that somebody else built may have its own ways: there it is asked only once groups are named.
    if (groups.length > 0 || fleet.sites.some((site) => site.cluster !== undefined)) yield* checkEachSite(fleet);
    yield* checkAdministrators(groups);
    for (const [index, group] of groups.entries()) {
      const planes = new Set(group.roles.map((role) => role.plane));
      if (planes.size < 2) continue;
      if (group.roles.every(({ role }) => role === "Reader" || role === "view" || role === "reader")) continue;
      yield {
        path: ["access", "groups", index, "roles"],
        severity: "advice",
        message: `${group.name} may change both the Hub's resources and the cluster: who has one should not get the other by it`,
        hint: "Make a group for each plane.",
      };
    }
  },
};

function* checkEachSite({ access: { groups }, sites }: Fleet): Iterable<Violation> {
  const served = new Set<string>(
    groups.flatMap((group) => group.roles.flatMap((role) => (role.plane === "kubernetes" ? role.sites : []))),
  );
  const missing = sites.filter((site) => !served.has(site.name)).map((site) => site.name);
  if (missing.length === 0) return;
  yield {
    path: ["access", "groups"],
    message: `no group has a role in the cluster of ${missing.join(" and ")}: all share the administrator's credentials`,
    hint: "Add roles: [{ plane: kubernetes, role: holdfast-operator }] to the group that runs the application.",
  };
}

function* checkAdministrators(groups: readonly Group[]): Iterable<Violation> {
  const administrators = groups.flatMap((group, index) =>
    group.roles.flatMap(({ plane, role }, position) =>
      plane === "kubernetes" && role === "cluster-admin"
        ? [{ group, path: ["access", "groups", index, "roles", position, "role"] satisfies Path }]
        : [],
    ),
  );
  const [first] = administrators;
  for (const { group, path } of administrators) {
    if (group !== first?.group) {
      yield {
        path,
        message: `${group.name} is cluster-admin, as ${String(first?.group.name)} is: many can do everything in the cluster`,
        hint: "Keep cluster-admin to one small group; holdfast-operator runs the application.",
        related: first === undefined ? [] : [{ path: first.path, message: `${first.group.name} is already` }],
      };
    } else if (group.includes.length > 0) {
      yield {
        path,
        message: `${group.name} is cluster-admin, and so is everybody in ${group.includes.join(", ")}`,
        hint: "Name the few administrators themselves, without including other groups.",
      };
    }
  }
}
