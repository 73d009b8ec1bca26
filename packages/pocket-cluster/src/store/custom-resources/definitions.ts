import type { KubeObject, ResourceType } from "../contract.ts";
import { forbiddenField, invalid, notSupported, required } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at } from "../json.ts";
import type { Draft, Json } from "../json.ts";
import { child, children, ensure, fill, text } from "../kinds/drafts.ts";
import { specGeneration } from "../kinds/generation.ts";
import { immutable } from "../kinds/metadata.ts";
import type { KindRules } from "../kinds/rules.ts";
import { timestamp } from "../names.ts";
import { unenforcedRules } from "./rules.ts";
import { asSchema } from "./schema.ts";

/** CustomResourceDefinitions: what a server fills in, refuses and reports of them. */

export const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";
export const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

export const definitionRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    const names = ensure(spec, "names");
    const kind = text(names, "kind");
    if (text(names, "singular") === "") names["singular"] = kind.toLowerCase();
    if (text(names, "listKind") === "") names["listKind"] = `${kind}List`;
    fill(ensure(spec, "conversion"), "strategy", "None");
  },
  generation: specGeneration,
  conditionalUpdate: true,
  initialStatus: (draft) => ({
    conditions: null,
    acceptedNames: { plural: "", kind: "" },
    storedVersions: children(child(draft, "spec"), "versions")
      .filter((version) => version["storage"] === true)
      .map((version) => text(version, "name")),
  }),
  validate: definitionProblems,
  warnings: (object) =>
    children(object["spec"] as Draft, "versions").flatMap((version) =>
      unenforcedRules(asSchema(at(version, "schema", "openAPIV3Schema"))).map(
        (rule) => `a pocket cluster does not enforce the validation rule ${JSON.stringify(rule)}`,
      ),
    ),
  validateUpdate: (object, old) =>
    (["group", "scope", "names.plural", "names.kind"] as const).flatMap((name) => {
      const path = name.split(".");
      return immutable(`spec.${name}`, at(object, "spec", ...path), at(old, "spec", ...path));
    }),
  /** Its objects go first; the store lets go of the definition when the last one is gone. */
  planDeletion(live, now) {
    if (live.metadata.deletionTimestamp !== undefined) return { kind: "unchanged" };
    const finalizers = [...(live.metadata.finalizers ?? []).filter((each) => each !== CLEANUP), CLEANUP];
    const metadata = { ...live.metadata, deletionTimestamp: timestamp(now), finalizers };
    const conditions = children(live["status"] as Draft, "conditions").filter((each) => each["type"] !== "Terminating");
    const terminating = {
      type: "Terminating",
      status: "True",
      lastTransitionTime: timestamp(now),
      reason: "InstanceDeletionPending",
      message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    };
    const status = { ...(live["status"] as Draft), conditions: [...conditions, terminating] };
    return { kind: "held", draft: { ...live, metadata, status } as unknown as Draft };
  },
};

/** The status that says that the names are taken and the type is served. */
export function establishedStatus(definition: KubeObject, now: number): Draft {
  const condition = (type: string, reason: string, message: string): Json => ({
    type,
    status: "True",
    lastTransitionTime: timestamp(now),
    reason,
    message,
  });
  return {
    ...(definition["status"] as Draft),
    acceptedNames: at(definition, "spec", "names") as Json,
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
  };
}

export function isEstablished(definition: KubeObject): boolean {
  return children(definition["status"] as Draft | undefined, "conditions").some(
    (condition) => condition["type"] === "Established" && condition["status"] === "True",
  );
}

export function definedType(definition: KubeObject): Pick<ResourceType, "group" | "resource"> {
  return {
    group: String(at(definition, "spec", "group")),
    resource: String(at(definition, "spec", "names", "plural")),
  };
}

function definitionProblems(object: KubeObject): FieldProblem[] {
  const spec = (object["spec"] ?? {}) as Draft;
  const names = child(spec, "names") ?? {};
  const problems: FieldProblem[] = [];
  const { group, plural } = { group: text(spec, "group"), plural: text(names, "plural") };
  if (object.metadata.name !== `${plural}.${group}`) {
    problems.push(invalid("metadata.name", object.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (group === "") problems.push(required("spec.group"));
  else if (!group.includes("."))
    problems.push(invalid("spec.group", group, "should be a domain with at least one dot"));
  for (const name of ["plural", "singular", "kind", "listKind"]) {
    if (text(names, name) === "") problems.push(required(`spec.names.${name}`));
  }
  const scopes = ["Cluster", "Namespaced"];
  const scope = text(spec, "scope");
  if (scope === "") problems.push(required("spec.scope"));
  else if (!scopes.includes(scope)) problems.push(notSupported("spec.scope", scope, scopes));
  if (at(spec, "conversion", "strategy") !== "None") {
    problems.push(forbiddenField("spec.conversion.strategy", "conversion webhooks are not served by a pocket cluster"));
  }
  const versions = children(spec, "versions");
  if (versions.filter((version) => version["storage"] === true).length !== 1) {
    problems.push(invalid("spec.versions", versions, "must have exactly one version marked as storage version"));
  }
  versions.forEach((version, index) => {
    const schema = child(child(version, "schema") ?? {}, "openAPIV3Schema");
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (schema === undefined) problems.push(required(path, "schemas are required"));
    else if (schema["type"] !== "object") {
      problems.push(
        schema["type"] === undefined
          ? required(`${path}.type`, "must not be empty at the root")
          : invalid(`${path}.type`, schema["type"], "must be object at the root"),
      );
    }
  });
  return problems;
}
