import { VOTER_TOKEN } from "../kubernetes/index.ts";
import { resourceOf, watchedResources, writtenResources } from "./kinds.ts";
import { READ, WRITE, namedRule, rulesFor } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { STATUS_CONFIG_MAP, isSystem, namesOf } from "./site-facts.ts";
import type { SiteFacts } from "./site-facts.ts";

/**
 * Who works on a cluster. Nobody is two of them: who changes what runs does not decide where it runs, who looks changes nothing,
 * and the registers that say who may write to a store belong to the controllers alone, whose roles are with their manifests.
 */
export interface Persona {
  readonly id: "viewer" | "operator" | "deployer";
  /** The name of its ClusterRole, and of its Role in each namespace. */
  readonly role: string;
  readonly about: string;
  clusterRules(facts: SiteFacts): readonly Rule[];
  namespaceRules(facts: SiteFacts, namespace: string): readonly Rule[];
}

const CONFIG_MAPS = { apiGroup: "", resource: "configmaps" };
const SECRETS = { apiGroup: "", resource: "secrets" };

const viewer: Persona = {
  id: "viewer",
  role: "holdfast-viewer",
  about: "Sees what runs and how it is. No Secrets, and no logs: they may hold personal data.",
  clusterRules: () => [
    { apiGroups: [""], resources: ["namespaces", "nodes"], verbs: READ },
    { apiGroups: ["metrics.k8s.io"], resources: ["nodes", "pods"], verbs: ["get", "list"] },
  ],
  namespaceRules: () => rulesFor(watchedResources, READ),
};

const operator: Persona = {
  id: "operator",
  role: "holdfast-operator",
  about:
    "Reads logs, drains nodes, restarts pods and asks for a switchover. Changes nothing of what is deployed, and reads no Secret.",
  clusterRules: (facts) => [
    ...viewer.clusterRules(facts),
    // kubectl cordon and kubectl drain: whatever stands on a node has to leave it.
    { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] },
    { apiGroups: [""], resources: ["pods"], verbs: READ },
    { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  ],
  namespaceRules: (facts, namespace) => [
    ...viewer.namespaceRules(facts, namespace),
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
    ...(isSystem(namespace)
      ? [
          ...namedRule(CONFIG_MAPS, [STATUS_CONFIG_MAP], ["get"]),
          // By name: the registers stand in the same namespace.
          ...namedRule(CONFIG_MAPS, facts.requests, ["create", "patch"]),
        ]
      : []),
  ],
};

const deployer: Persona = {
  id: "deployer",
  role: "holdfast-deployer",
  about:
    "The pipeline: writes the kinds that are rendered, fills Secrets without reading them, and runs no command in a pod.",
  clusterRules: ({ namespaces }) =>
    namedRule({ apiGroup: "", resource: "namespaces" }, namespaces, ["get", "create", "patch"]),
  namespaceRules: (facts, namespace) => [
    ...(isSystem(namespace) ? writtenByName(facts, namespace) : rulesFor(writtenResources, [...READ, ...WRITE])),
    ...accessObjects(facts, namespace),
    // Health gates wait for these.
    { apiGroups: [""], resources: ["pods"], verbs: READ },
    { apiGroups: ["apps"], resources: ["replicasets"], verbs: READ },
    ...namedRule(
      SECRETS,
      facts.secrets.filter((secret) => secret.namespace === namespace).map(({ name }) => name),
      ["create", "patch"],
    ),
    ...tokenOfVoter(facts, namespace),
  ],
};

/** Where the registers are, what is rendered there and nothing else, so that no register is among it. */
function writtenByName(facts: SiteFacts, namespace: string): readonly Rule[] {
  return writtenKinds(facts, namespace).flatMap((kind) =>
    namedRule(resourceOf(kind), namesOf(facts, kind.kind, namespace), [...READ, ...WRITE]),
  );
}

function writtenKinds({ objects }: SiteFacts, namespace: string) {
  const kinds = new Map(
    objects
      .filter((each) => each.namespace === namespace && !isAccess(each) && each.kind !== "Secret")
      .map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  return [...kinds.values()];
}

function isAccess({ apiVersion }: { readonly apiVersion: string }): boolean {
  return apiVersion.startsWith("rbac.authorization.k8s.io/");
}

/**
 * Nobody can give away a right that they do not have, unless `escalate` and `bind` say so: they do, for exactly these roles. It
 * is what the pipeline cannot be kept from, as it also deploys the pods that use them; its repository's reviews are what guards it.
 */
function accessObjects(facts: SiteFacts, namespace: string): readonly Rule[] {
  const roles = namesOf(facts, "Role", namespace);
  const group = "rbac.authorization.k8s.io";
  return [
    ...namedRule({ apiGroup: group, resource: "roles" }, roles, ["get", ...WRITE, "escalate", "bind"]),
    ...namedRule({ apiGroup: group, resource: "rolebindings" }, namesOf(facts, "RoleBinding", namespace), [
      "get",
      ...WRITE,
    ]),
  ];
}

/** It makes the Secret that the API server fills, and hands what is in it to the other sites. */
function tokenOfVoter(facts: SiteFacts, namespace: string): readonly Rule[] {
  const tokens = namesOf(facts, "Secret", namespace).filter((name) => name === VOTER_TOKEN);
  return namedRule(SECRETS, tokens, ["get", "create", "patch"]);
}

export const personas: readonly Persona[] = [viewer, operator, deployer];
