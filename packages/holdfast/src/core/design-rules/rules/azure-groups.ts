import type { Fleet, Group } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** The roles that every Azure Stack Hub has. */
const HUB_ROLES = ["Owner", "Contributor", "Reader"];

export const azureGroups: DesignRule = {
  id: "azure-groups",
  severity: "warning",
  requirements: ["R109", "R113", "R114", "R115"],
  asks: "Each Hub has a group of its own with the role Contributor, all of them include one overall group, and nobody is Owner.",
  why: "Rights given to persons, or to one group everywhere, cannot be taken back at one site; an Owner can also give rights to others.",
  example: {
    broken: "roles: [{ plane: azure, role: Owner, sites: [seattle] }]",
    fixed: "roles: [{ plane: azure, role: Contributor, sites: [seattle] }]",
  },
  *check(fleet) {
    const hubs = fleet.sites.filter((site) => site.platform.kind === "azure-stack-hub").map((site) => site.name);
    if (hubs.length === 0) return;
    yield* checkRoles(fleet);
    yield* checkEachHub(fleet, hubs);
    yield* checkOverallGroup(fleet, hubs);
  },
};

function* checkRoles({ access: { groups } }: Fleet): Iterable<Violation> {
  for (const [index, group] of groups.entries()) {
    for (const [position, { plane, role, sites }] of group.roles.entries()) {
      const path: Path = ["access", "groups", index, "roles", position];
      if (plane !== "azure") continue;
      if (role === "Owner") {
        yield {
          path: [...path, "role"],
          message: `${group.name} is Owner: its members can give rights to anybody`,
          hint: "Contributor is enough to build and repair a cluster.",
        };
      } else if (!HUB_ROLES.includes(role)) {
        yield {
          path: [...path, "role"],
          message: `Azure Stack Hub has the roles ${HUB_ROLES.join(", ")}, and ${role} is none of them`,
          hint: "Use Contributor or Reader.",
        };
      }
      if (role !== "Reader" && sites.length > 1) {
        yield {
          path,
          severity: "advice",
          message: `${group.name} is ${role} at ${sites.length} sites: that cannot be taken back at one of them alone`,
          hint: "Make a group for each site, and one overall group that each of them includes.",
        };
      }
    }
  }
}

const isContributor = (group: Group, site: string) =>
  group.roles.some(({ plane, role, sites }) => {
    return plane === "azure" && role === "Contributor" && sites.some((name) => name === site);
  });

function* checkEachHub({ access: { groups } }: Fleet, hubs: readonly string[]): Iterable<Violation> {
  const missing = hubs.filter((site) => !groups.some((group) => isContributor(group, site)));
  if (missing.length === 0) return;
  yield {
    path: ["access", "groups"],
    message: `no group is Contributor at ${missing.join(" and ")}: nobody may build or repair the cluster there, or persons have the right themselves`,
    hint: `Add a group for each Hub: roles: [{ plane: azure, role: Contributor, sites: [${String(missing[0])}] }]`,
  };
}

/** The group that is in every site's Contributor group, directly or through others. */
function* checkOverallGroup({ access: { groups } }: Fleet, hubs: readonly string[]): Iterable<Violation> {
  const contributors = groups.filter((group) => hubs.some((site) => isContributor(group, site)));
  const covered = hubs.every((site) => contributors.some((group) => isContributor(group, site)));
  if (contributors.length < 2 || !covered) return;
  const byName = new Map(groups.map((group) => [group.name, group]));
  const inside = (group: Group): Set<string> => {
    const found = new Set<string>();
    const open = [...group.includes];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      open.push(...(byName.get(name)?.includes ?? []));
    }
    return found;
  };
  const members = contributors.map(inside);
  const common = [...(members[0] ?? [])].filter((name) => members.every((one) => one.has(name)));
  if (common.length > 0) return;
  const without = Math.max(
    0,
    members.findIndex((one) => one.size === 0),
  );
  yield {
    path: ["access", "groups", groups.findIndex((group) => group === contributors[without]), "includes"],
    severity: "advice",
    message: `no group is included by all of ${contributors.map((group) => group.name).join(", ")}: operators must be added at each Hub`,
    hint: "Make one overall group, and name it in `includes` of each site's group.",
  };
}
