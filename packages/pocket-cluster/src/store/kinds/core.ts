import { ApiError } from "../contract.ts";
import type { KubeObject } from "../contract.ts";
import { invalid, required, tooLong } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at, equal } from "../json.ts";
import type { Draft, Json } from "../json.ts";
import { timestamp } from "../names.ts";
import { child, children, ensure, fill, text } from "./drafts.ts";
import { contentGeneration } from "./generation.ts";
import { immutable } from "./metadata.ts";
import { dnsLabelProblem, pathSegmentProblem } from "./names.ts";
import type { KindRules } from "./rules.ts";

const RBAC = "rbac.authorization.k8s.io";
const IMMORTAL = new Set(["default", "kube-public", "kube-system"]);
const DATA_KEY = /^[-._a-zA-Z0-9]+$/;
const DATA_BYTES_MAX = 1024 * 1024;

/**
 * A namespace goes in two steps: it is marked Terminating and refuses new objects; once it is empty, the namespace controller
 * takes the finalizer `kubernetes` out of its spec (the finalize subresource), and it is gone.
 */
export const namespaceRules: KindRules = {
  defaults(draft) {
    const metadata = ensure(draft, "metadata");
    const { name } = metadata;
    if (typeof name !== "string") return;
    metadata["labels"] = { ...child(metadata, "labels"), "kubernetes.io/metadata.name": name };
  },
  admit(draft) {
    const spec = ensure(draft, "spec");
    const finalizers = (spec["finalizers"] ?? []) as readonly Json[];
    if (!finalizers.includes("kubernetes")) spec["finalizers"] = [...finalizers, "kubernetes"];
  },
  admitUpdate(draft, old) {
    draft["spec"] = (old["spec"] ?? {}) as Json;
  },
  initialStatus: () => ({ phase: "Active" }),
  nameProblem: dnsLabelProblem,
  planDeletion(live, now) {
    const { name } = live.metadata;
    if (IMMORTAL.has(name)) {
      const why = `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`;
      throw new ApiError(403, "Forbidden", why, { name, kind: "namespaces" });
    }
    if (live.metadata.deletionTimestamp !== undefined) {
      return isFinal(live) ? { kind: "gone" } : { kind: "unchanged" };
    }
    const metadata = { ...live.metadata, deletionTimestamp: timestamp(now) };
    const status = { ...(live["status"] as Draft | undefined), phase: "Terminating" };
    return { kind: "held", draft: { ...live, metadata, status } as unknown as Draft };
  },
  letGo: isFinal,
};

function isFinal(namespace: KubeObject): boolean {
  const finalizers = at(namespace, "spec", "finalizers");
  return (!Array.isArray(finalizers) || finalizers.length === 0) && (namespace.metadata.finalizers ?? []).length === 0;
}

function dataProblems(object: KubeObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let bytes = 0;
  for (const field of ["data", "binaryData"]) {
    for (const [key, value] of Object.entries((object[field] ?? {}) as Record<string, string>)) {
      bytes += value.length;
      if (!DATA_KEY.test(key) || key.length > 253 || key === "." || key === "..") {
        problems.push(
          invalid(
            `${field}[${key}]`,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        );
      }
      if (field === "binaryData" && at(object, "data", key) !== undefined) {
        problems.push(invalid(`data[${key}]`, key, `duplicate of key present in binaryData`));
      }
    }
  }
  if (bytes > DATA_BYTES_MAX) {
    problems.push(tooLong("", DATA_BYTES_MAX));
  }
  return problems;
}

function immutableData(object: KubeObject, old: KubeObject): FieldProblem[] {
  if (old["immutable"] !== true) return [];
  const why = "field is immutable when `immutable` is set";
  const problems: FieldProblem[] = [];
  if (object["immutable"] !== true)
    problems.push({ field: "immutable", reason: "FieldValueForbidden", message: `Forbidden: ${why}` });
  for (const field of ["data", "binaryData"]) {
    if (!equal(object[field], old[field])) {
      problems.push({ field, reason: "FieldValueForbidden", message: `Forbidden: ${why}` });
    }
  }
  return problems;
}

export const configMapRules: KindRules = { validate: dataProblems, validateUpdate: immutableData };

export const secretRules: KindRules = {
  defaults(draft) {
    fill(draft, "type", "Opaque");
    // Plain text is a convenience of writing: it is kept encoded, with the other data.
    const plain = child(draft, "stringData");
    if (plain === undefined) return;
    delete draft["stringData"];
    const data: Draft = { ...child(draft, "data") };
    for (const [key, value] of Object.entries(plain)) data[key] = base64(typeof value === "string" ? value : "");
    if (Object.keys(data).length > 0) draft["data"] = data;
  },
  validate: (object) => [...accountProblems(object), ...dataProblems(object)],
  validateUpdate: (object, old) => [...immutable("type", object["type"], old["type"]), ...immutableData(object, old)],
};

/** A token Secret says whose token it is for; a controller then fills it. */
function accountProblems(object: KubeObject): FieldProblem[] {
  const name = "kubernetes.io/service-account.name";
  const isMissing = (object.metadata.annotations?.[name] ?? "") === "";
  return object["type"] === "kubernetes.io/service-account-token" && isMissing
    ? [required(`metadata.annotations[${name}]`)]
    : [];
}

function base64(value: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(value)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

/** What holds a volume or claim while something uses it. */
function protectedBy(finalizer: string): (draft: Draft) => void {
  return (draft) => {
    const metadata = ensure(draft, "metadata");
    const finalizers = (metadata["finalizers"] ?? []) as readonly Json[];
    if (!finalizers.includes(finalizer)) metadata["finalizers"] = [...finalizers, finalizer];
  };
}

export const claimRules: KindRules = {
  defaults: (draft) => fill(ensure(draft, "spec"), "volumeMode", "Filesystem"),
  admit(draft, context) {
    protectedBy("kubernetes.io/pvc-protection")(draft);
    const spec = ensure(draft, "spec");
    if (spec["storageClassName"] !== undefined) return;
    for (const each of context.all("storage.k8s.io/storageclasses")) {
      if (each.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] !== "true") continue;
      spec["storageClassName"] = each.metadata.name;
      return;
    }
  },
  initialStatus: () => ({ phase: "Pending" }),
  validate(object) {
    const problems: FieldProblem[] = [];
    const modes = at(object, "spec", "accessModes");
    if (!Array.isArray(modes) || modes.length === 0) {
      problems.push(required("spec.accessModes", "at least 1 access mode is required"));
    }
    if (at(object, "spec", "resources", "requests", "storage") === undefined) {
      problems.push(required("spec.resources[storage]"));
    }
    return problems;
  },
};

export const volumeRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "persistentVolumeReclaimPolicy", "Retain");
    fill(spec, "volumeMode", "Filesystem");
  },
  admit: protectedBy("kubernetes.io/pv-protection"),
  initialStatus: () => ({ phase: "Pending" }),
};

export const storageClassRules: KindRules = {
  defaults(draft) {
    fill(draft, "reclaimPolicy", "Delete");
    fill(draft, "volumeBindingMode", "Immediate");
  },
  validate: (object) => (text(object as unknown as Draft, "provisioner") === "" ? [required("provisioner")] : []),
};

export const priorityClassRules: KindRules = {
  defaults: (draft) => fill(draft, "preemptionPolicy", "PreemptLowerPriority"),
  generation: contentGeneration,
  validateUpdate: (object, old) => immutable("value", object["value"], old["value"]),
};

export const endpointsRules: KindRules = { createOnUpdate: true };

export const eventRules: KindRules = {
  createOnUpdate: true,
  validate(event) {
    const involved = at(event, "involvedObject", "namespace");
    const namespace = event.metadata.namespace ?? "";
    const expected = typeof involved === "string" && involved !== "" ? involved : "default";
    return namespace === expected
      ? []
      : [invalid("involvedObject.namespace", involved ?? "", "does not match event.namespace")];
  },
};

export const limitRangeRules: KindRules = { createOnUpdate: true };

export const roleRules: KindRules = { nameProblem: pathSegmentProblem, createOnUpdate: true };

export const roleBindingRules: KindRules = {
  defaults(draft) {
    fill(ensure(draft, "roleRef"), "apiGroup", RBAC);
    const reference = ensure(draft, "roleRef");
    if (reference["apiGroup"] === "") reference["apiGroup"] = RBAC;
    for (const subject of children(draft, "subjects")) {
      if (subject["kind"] === "User" || subject["kind"] === "Group") {
        if (text(subject, "apiGroup") === "") subject["apiGroup"] = RBAC;
      } else if (subject["apiGroup"] === "") delete subject["apiGroup"];
    }
  },
  nameProblem: pathSegmentProblem,
  createOnUpdate: true,
  validate(object) {
    const problems: FieldProblem[] = [];
    if (at(object, "roleRef", "name") === "" || at(object, "roleRef", "name") === undefined) {
      problems.push(required("roleRef.name"));
    }
    children(object as unknown as Draft, "subjects").forEach((subject, index) => {
      if (text(subject, "name") === "") problems.push(required(`subjects[${index}].name`));
    });
    return problems;
  },
  validateUpdate: (object, old) => immutable("roleRef", object["roleRef"], old["roleRef"], "cannot change roleRef"),
};
