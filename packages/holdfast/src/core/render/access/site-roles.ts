import type { Fleet, Group, SiteName } from "../../spec/index.ts";
import { FLEET_LABEL, SITE_LABEL, SYSTEM_NAMESPACE } from "../kubernetes/index.ts";
import type { Manifest } from "../kubernetes/index.ts";
import { personas } from "./personas.ts";
import type { Persona } from "./personas.ts";
import type { SiteFacts } from "./site-facts.ts";

const RBAC = "rbac.authorization.k8s.io";
const API_VERSION = `${RBAC}/v1`;

/** As whom the pipeline comes. */
export const DEPLOYER_ACCOUNT = "holdfast-deployer";

export interface Subject {
  readonly kind: "Group" | "ServiceAccount";
  readonly name: string;
  readonly apiGroup?: string;
  readonly namespace?: string;
}

/** A persona's roles at one site, with those who have them. */
export function personaManifests(facts: SiteFacts, persona: Persona): readonly Manifest[] {
  const subjects = subjectsOf(facts, persona);
  const clusterRules = persona.clusterRules(facts);
  const metadata = metadataOf(facts, persona.role);
  return [
    ...(persona.id === "deployer" ? [deployerAccount(facts)] : []),
    { apiVersion: API_VERSION, kind: "ClusterRole", metadata, rules: clusterRules },
    ...binding("ClusterRoleBinding", metadata, "ClusterRole", persona.role, subjects),
    ...facts.namespaces.flatMap((namespace) => {
      const metadata = metadataOf(facts, persona.role, namespace);
      return [
        { apiVersion: API_VERSION, kind: "Role", metadata, rules: persona.namespaceRules(facts, namespace) },
        ...binding("RoleBinding", metadata, "Role", persona.role, subjects),
      ];
    }),
  ];
}

/** It logs in with short-lived tokens that are asked for, so there is none lying about. */
function deployerAccount(facts: SiteFacts): Manifest {
  const metadata = metadataOf(facts, DEPLOYER_ACCOUNT, SYSTEM_NAMESPACE);
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
}

function subjectsOf({ context: { fleet, name } }: SiteFacts, { id, role }: Persona): readonly Subject[] {
  const groups = groupsWith(fleet, name, role).flatMap(groupSubjects);
  if (id !== "deployer") return groups;
  return [{ kind: "ServiceAccount", name: DEPLOYER_ACCOUNT, namespace: SYSTEM_NAMESPACE }, ...groups];
}

/**
 * The cluster does not know the Hub's directory by itself. A group comes as its name where people log in with client certificates
 * (its organisation), and as its object id where the API server trusts Azure AD's tokens.
 */
function groupSubjects({ name, objectId }: Group): readonly Subject[] {
  const names = objectId === undefined ? [name] : [name, objectId];
  return names.map((each) => ({ kind: "Group", name: each, apiGroup: RBAC }));
}

function groupsWith(fleet: Fleet, site: SiteName, role: string): readonly Group[] {
  return fleet.access.groups.filter(({ roles }) =>
    roles.some((each) => each.plane === "kubernetes" && each.role === role && each.sites.includes(site)),
  );
}

/**
 * Roles that are not ours: Kubernetes' own `view`, `edit` and `admin`, or somebody's. They hold in the application's namespace
 * only, for in holdfast's they would let a person write the registers. `cluster-admin` means what it says.
 */
export function otherBindings(facts: SiteFacts): readonly Manifest[] {
  const { context, namespaces } = facts;
  const { fleet, name: site } = context;
  const ours = new Set(personas.map(({ role }) => role));
  const roles = fleet.access.groups.flatMap(({ roles }) =>
    roles.filter((each) => each.plane === "kubernetes" && each.sites.includes(site)).map(({ role }) => role),
  );
  const others = [...new Set(roles)].filter((role) => !ours.has(role));
  return others.flatMap((role) => {
    const subjects = groupsWith(fleet, site, role).flatMap(groupSubjects);
    if (role === "cluster-admin")
      return binding("ClusterRoleBinding", metadataOf(facts, bindingName(role)), "ClusterRole", role, subjects);
    const { namespace } = fleet.application;
    if (!namespaces.includes(namespace)) return [];
    return binding("RoleBinding", metadataOf(facts, bindingName(role), namespace), "ClusterRole", role, subjects);
  });
}

function bindingName(role: string): string {
  return `holdfast-groups-${role.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, "-")}`.replace(/[-.]+$/, "");
}

function binding(
  kind: "ClusterRoleBinding" | "RoleBinding",
  metadata: Manifest["metadata"],
  roleKind: "ClusterRole" | "Role",
  role: string,
  subjects: readonly Subject[],
): readonly Manifest[] {
  if (subjects.length === 0) return [];
  return [
    { apiVersion: API_VERSION, kind, metadata, roleRef: { apiGroup: RBAC, kind: roleKind, name: role }, subjects },
  ];
}

function metadataOf({ context }: SiteFacts, name: string, namespace?: string): Manifest["metadata"] {
  // Not as what `apply` owns: it would prune what it does not render.
  const labels = {
    "app.kubernetes.io/managed-by": "holdfast-access",
    [FLEET_LABEL]: context.fleet.name,
    [SITE_LABEL]: context.name,
  };
  return { name, ...(namespace === undefined ? {} : { namespace }), labels };
}
