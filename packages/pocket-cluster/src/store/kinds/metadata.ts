import type { KubeObject } from "../contract.ts";
import { forbiddenField, invalid, required, tooLong } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { equal } from "../json.ts";
import { labelKeyProblem, labelValueProblem, subdomainProblem } from "./names.ts";

const ANNOTATIONS_BYTES_MAX = 256 * 1024;
const SYSTEM_FINALIZERS = new Set(["foregroundDeletion", "orphan", "kubernetes"]);

/** What is wrong with an object's metadata, whatever its kind. */
export function metadataProblems(
  { metadata }: KubeObject,
  nameProblem: (name: string) => string | undefined = subdomainProblem,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (metadata.name === "") problems.push(required("metadata.name", "name or generateName is required"));
  else {
    const problem = nameProblem(metadata.name);
    if (problem !== undefined) problems.push(invalid("metadata.name", metadata.name, problem));
  }
  problems.push(...labelProblems(metadata.labels, "metadata.labels"));
  problems.push(...annotationProblems(metadata.annotations, "metadata.annotations"));
  metadata.ownerReferences?.forEach((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`;
    for (const field of ["apiVersion", "kind", "name", "uid"] as const) {
      if (owner[field] === "") problems.push(invalid(`${path}.${field}`, "", "must not be empty"));
    }
  });
  const controllers = metadata.ownerReferences?.filter((owner) => owner.controller === true) ?? [];
  if (controllers.length > 1) {
    problems.push(
      invalid(
        "metadata.ownerReferences",
        metadata.ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.kind ?? ""}/${controllers[0]?.name ?? ""} and ${controllers[1]?.kind ?? ""}/${controllers[1]?.name ?? ""}`,
      ),
    );
  }
  for (const finalizer of metadata.finalizers ?? []) {
    const problem = labelKeyProblem(finalizer);
    if (problem !== undefined) problems.push(invalid("metadata.finalizers", finalizer, problem));
    else if (!finalizer.includes("/") && !SYSTEM_FINALIZERS.has(finalizer)) {
      problems.push(
        invalid(
          "metadata.finalizers",
          finalizer,
          "name is neither a standard finalizer name nor is it fully qualified",
        ),
      );
    }
  }
  return problems;
}

export function labelProblems(labels: unknown, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries((labels ?? {}) as Record<string, string>)) {
    const keyProblem = labelKeyProblem(key);
    if (keyProblem !== undefined) problems.push(invalid(path, key, keyProblem));
    const valueProblem = labelValueProblem(value);
    if (valueProblem !== undefined) problems.push(invalid(path, value, valueProblem));
  }
  return problems;
}

function annotationProblems(annotations: unknown, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries((annotations ?? {}) as Record<string, string>)) {
    const problem = labelKeyProblem(key.toLowerCase());
    if (problem !== undefined) problems.push(invalid(path, key, problem));
    bytes += key.length + value.length;
  }
  if (bytes > ANNOTATIONS_BYTES_MAX) {
    problems.push(tooLong(path, ANNOTATIONS_BYTES_MAX));
  }
  return problems;
}

/** What an update may not do to metadata. */
export function metadataUpdateProblems(object: KubeObject, old: KubeObject): FieldProblem[] {
  if (old.metadata.deletionTimestamp === undefined) return [];
  const added = (object.metadata.finalizers ?? []).filter((each) => old.metadata.finalizers?.includes(each) !== true);
  if (added.length === 0) return [];
  const list = added.map((each) => JSON.stringify(each)).join(", ");
  return [
    forbiddenField(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}

/** The problem of a field that cannot change. */
export function immutable(path: string, value: unknown, old: unknown, why = "field is immutable"): FieldProblem[] {
  return equal(value, old) ? [] : [invalid(path, value, why)];
}
