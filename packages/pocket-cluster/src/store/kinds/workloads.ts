import type { KubeObject } from "../contract.ts";
import { invalid, notSupported, required } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at, without } from "../json.ts";
import type { Draft } from "../json.ts";
import { labelSelectorTest } from "../selectors/label-selector.ts";
import { child, children, ensure, fill, number, text } from "./drafts.ts";
import { contentGeneration, specGeneration } from "./generation.ts";
import { immutable, labelProblems } from "./metadata.ts";
import { labelKeyProblem, labelValueProblem, subdomainProblem } from "./names.ts";
import { defaultPodTemplate } from "./pod-template.ts";
import { podSpecProblems } from "./pod-validation.ts";
import type { KindRules } from "./rules.ts";

const NOT_NEGATIVE = "must be greater than or equal to 0";

/** The template and its selector, as every workload has them. */
function templateProblems(object: KubeObject, restartPolicies: readonly string[]): FieldProblem[] {
  const spec = (object["spec"] ?? {}) as Draft;
  const problems: FieldProblem[] = [];
  const labels = at(spec, "template", "metadata", "labels") as Record<string, string> | undefined;
  problems.push(...selectorProblems(spec["selector"], "spec.selector"));
  if (problems.length === 0 && !labelSelectorTest(spec["selector"])(labels)) {
    problems.push(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
  }
  problems.push(...labelProblems(labels, "spec.template.labels"));
  problems.push(
    ...podSpecProblems(at(spec, "template", "spec"), "spec.template.spec", { template: true, restartPolicies }),
  );
  return problems;
}

/** A workload's selector must be there and select something less than all. */
function selectorProblems(selector: unknown, path: string): FieldProblem[] {
  if (selector === undefined || selector === null) return [required(path)];
  const problems = labelSelectorProblems(selector, path);
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    matchLabels?: object;
    matchExpressions?: unknown[];
  };
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    problems.push(invalid(path, selector, "empty selector is invalid for deployment"));
  }
  return problems;
}

export function labelSelectorProblems(selector: unknown, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const draft = (selector ?? {}) as Draft;
  for (const [key, value] of Object.entries(child(draft, "matchLabels") ?? {})) {
    const keyProblem = labelKeyProblem(key);
    if (keyProblem !== undefined) problems.push(invalid(`${path}.matchLabels`, key, keyProblem));
    const valueProblem = labelValueProblem(typeof value === "string" ? value : "");
    if (valueProblem !== undefined) problems.push(invalid(`${path}.matchLabels`, value, valueProblem));
  }
  children(draft, "matchExpressions").forEach((expression, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    const values = (expression["values"] ?? []) as readonly unknown[];
    switch (expression["operator"]) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          problems.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          problems.push({
            field: `${at}.values`,
            reason: "FieldValueForbidden",
            message: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          });
        }
        break;
      default:
        problems.push(invalid(`${at}.operator`, expression["operator"], "not a valid selector operator"));
    }
  });
  return problems;
}

function replicasProblems(spec: Draft): FieldProblem[] {
  return ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"].flatMap((name) =>
    (number(spec, name) ?? 0) < 0 ? [invalid(`spec.${name}`, spec[name], NOT_NEGATIVE)] : [],
  );
}

/** "25%" or a count. */
function amountProblem(value: unknown, path: string): FieldProblem[] {
  if (typeof value === "number") return value < 0 ? [invalid(path, value, NOT_NEGATIVE)] : [];
  if (typeof value === "string" && !/^\d+%$/.test(value)) {
    return [
      invalid(
        path,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return [];
}

export const deploymentRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "replicas", 1);
    const strategy = ensure(spec, "strategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy["type"] === "RollingUpdate") {
      const rolling = ensure(strategy, "rollingUpdate");
      fill(rolling, "maxUnavailable", "25%");
      fill(rolling, "maxSurge", "25%");
    }
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "progressDeadlineSeconds", 600);
    defaultPodTemplate(spec);
  },
  generation: specGeneration,
  statusKeepsLabels: true,
  validate(object) {
    const spec = object["spec"] as Draft;
    const problems = [...replicasProblems(spec), ...templateProblems(object, ["Always"])];
    const strategy = child(spec, "strategy");
    const rolling = strategy === undefined ? undefined : child(strategy, "rollingUpdate");
    const types = ["Recreate", "RollingUpdate"];
    if (!types.includes(text(strategy, "type")))
      problems.push(notSupported("spec.strategy.type", strategy?.["type"], types));
    if (strategy?.["type"] === "Recreate" && rolling !== undefined) {
      problems.push({
        field: "spec.strategy.rollingUpdate",
        reason: "FieldValueForbidden",
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
      });
    }
    if (rolling !== undefined) {
      problems.push(...amountProblem(rolling["maxUnavailable"], "spec.strategy.rollingUpdate.maxUnavailable"));
      problems.push(...amountProblem(rolling["maxSurge"], "spec.strategy.rollingUpdate.maxSurge"));
      const none = (value: unknown) => value === 0 || value === "0%";
      if (none(rolling["maxUnavailable"]) && none(rolling["maxSurge"])) {
        problems.push(
          invalid(
            "spec.strategy.rollingUpdate.maxUnavailable",
            rolling["maxUnavailable"],
            "may not be 0 when `maxSurge` is 0",
          ),
        );
      }
    }
    const deadline = number(spec, "progressDeadlineSeconds") ?? 0;
    if (deadline <= (number(spec, "minReadySeconds") ?? 0)) {
      problems.push(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }
    return problems;
  },
  validateUpdate: selectorImmutable,
};

function selectorImmutable(object: KubeObject, old: KubeObject): FieldProblem[] {
  return immutable("spec.selector", at(object, "spec", "selector"), at(old, "spec", "selector"));
}

export const replicaSetRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "replicas", 1);
    defaultPodTemplate(spec);
  },
  generation: specGeneration,
  validate: (object) => [...replicasProblems(object["spec"] as Draft), ...templateProblems(object, ["Always"])],
  validateUpdate: selectorImmutable,
};

export const daemonSetRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    const strategy = ensure(spec, "updateStrategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy["type"] === "RollingUpdate") {
      const rolling = ensure(strategy, "rollingUpdate");
      fill(rolling, "maxUnavailable", 1);
      fill(rolling, "maxSurge", 0);
    }
    fill(spec, "revisionHistoryLimit", 10);
    defaultPodTemplate(spec);
  },
  generation: specGeneration,
  validate: (object) => [...replicasProblems(object["spec"] as Draft), ...templateProblems(object, ["Always"])],
  validateUpdate: selectorImmutable,
};

/** What may change of a StatefulSet's spec. */
const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

export const statefulSetRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "podManagementPolicy", "OrderedReady");
    const strategy = ensure(spec, "updateStrategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy["type"] === "RollingUpdate") fill(ensure(strategy, "rollingUpdate"), "partition", 0);
    const retention = ensure(spec, "persistentVolumeClaimRetentionPolicy");
    fill(retention, "whenDeleted", "Retain");
    fill(retention, "whenScaled", "Retain");
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    for (const claim of children(spec, "volumeClaimTemplates")) {
      claim["kind"] = "PersistentVolumeClaim";
      claim["apiVersion"] = "v1";
      fill(ensure(claim, "spec"), "volumeMode", "Filesystem");
      fill(ensure(claim, "status"), "phase", "Pending");
    }
    defaultPodTemplate(spec);
  },
  generation: specGeneration,
  validate(object) {
    const spec = object["spec"] as Draft;
    // The claims' volumes are the pods', too, so that their mounts are known.
    const claims = children(spec, "volumeClaimTemplates").map((claim) => ({
      name: text(child(claim, "metadata"), "name"),
      emptyDir: {},
    }));
    const pod = (at(spec, "template", "spec") ?? {}) as Draft;
    const own = children(pod, "volumes").filter((volume) => !claims.some((claim) => claim.name === volume["name"]));
    const template = { ...child(spec, "template"), spec: { ...pod, volumes: [...own, ...claims] } };
    return [...replicasProblems(spec), ...templateProblems({ ...object, spec: { ...spec, template } }, ["Always"])];
  },
  validateUpdate(object, old) {
    const fixed = (spec: unknown) => without(spec as Draft, ...STATEFUL_SET_MUTABLE);
    return immutable("spec", fixed(object["spec"]), fixed(old["spec"])).map(() => ({
      field: "spec",
      reason: "FieldValueForbidden" as const,
      message:
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    }));
  },
};

export const controllerRevisionRules: KindRules = {
  validateUpdate: (object, old) => immutable("data", object["data"], old["data"]),
};

function defaultJobSpec(spec: Draft): void {
  // Neither said: one pod, once. Only completions absent with parallelism said: a work queue.
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) {
    spec["completions"] = 1;
    spec["parallelism"] = 1;
  }
  fill(spec, "parallelism", 1);
  fill(spec, "backoffLimit", 6);
  fill(spec, "completionMode", "NonIndexed");
  fill(spec, "suspend", false);
  fill(spec, "manualSelector", false);
  fill(spec, "podReplacementPolicy", spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed");
  if (spec["manualSelector"] === false) delete spec["manualSelector"];
  defaultPodTemplate(spec);
}

export const jobRules: KindRules = {
  defaults: (draft) => defaultJobSpec(ensure(draft, "spec")),
  /** A job selects its pods by its own uid, unless it brings a selector. */
  complete(draft) {
    const spec = ensure(draft, "spec");
    if (spec["manualSelector"] === true) return;
    const { uid, name } = ensure(draft, "metadata");
    if (typeof uid !== "string" || typeof name !== "string") return;
    spec["selector"] = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
    const metadata = ensure(ensure(spec, "template"), "metadata");
    metadata["labels"] = {
      ...child(metadata, "labels"),
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name,
    };
  },
  generation: specGeneration,
  orphansByDefault: true,
  validate: (object) => [
    ...["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"].flatMap(
      (name) => {
        const value = at(object, "spec", name);
        return typeof value === "number" && value < 0 ? [invalid(`spec.${name}`, value, NOT_NEGATIVE)] : [];
      },
    ),
    ...templateProblems(object, ["OnFailure", "Never"]),
  ],
  validateUpdate: (object, old) => [
    ...(["selector", "completionMode"] as const).flatMap((name) =>
      immutable(`spec.${name}`, at(object, "spec", name), at(old, "spec", name)),
    ),
    ...(at(old, "spec", "suspend") === true
      ? []
      : immutable("spec.template", at(object, "spec", "template"), at(old, "spec", "template"))),
  ],
};

const CRON_FIELD = /^(\*|\?|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(\/\d+)?(,(\*|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(\/\d+)?)*$/;
const CRON_NAMES = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);

export const cronJobRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "concurrencyPolicy", "Allow");
    fill(spec, "suspend", false);
    fill(spec, "successfulJobsHistoryLimit", 3);
    fill(spec, "failedJobsHistoryLimit", 1);
    const job = ensure(ensure(spec, "jobTemplate"), "spec");
    defaultPodTemplate(job);
  },
  generation: specGeneration,
  // A job's name is the cron job's and eleven more characters.
  nameProblem: (name) => (name.length > 52 ? "must be no more than 52 characters" : subdomainProblem(name)),
  validate(object) {
    const schedule = at(object, "spec", "schedule");
    const problems = podSpecProblems(
      at(object, "spec", "jobTemplate", "spec", "template", "spec"),
      "spec.jobTemplate.spec.template.spec",
      { template: true, restartPolicies: ["OnFailure", "Never"] },
    );
    if (typeof schedule !== "string" || schedule === "") return [required("spec.schedule"), ...problems];
    const fields = schedule.trim().split(/\s+/);
    const sound =
      CRON_NAMES.has(schedule) ||
      /^@every \S+$/.test(schedule) ||
      (fields.length === 5 && fields.every((field) => CRON_FIELD.test(field)));
    if (!sound)
      problems.unshift(
        invalid("spec.schedule", schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`),
      );
    return problems;
  },
};

export const leaseRules: KindRules = { createOnUpdate: true, conditionalUpdate: true };

export const endpointSliceRules: KindRules = {
  generation: contentGeneration,
  validate(object) {
    const types = ["FQDN", "IPv4", "IPv6"];
    const type = object["addressType"];
    if (type === "" || type === undefined) return [required("addressType")];
    return types.includes(text(object as unknown as Draft, "addressType"))
      ? []
      : [notSupported("addressType", type, types)];
  },
  validateUpdate: (object, old) => immutable("addressType", object["addressType"], old["addressType"]),
};
