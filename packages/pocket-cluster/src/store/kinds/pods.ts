import type { KubeObject } from "../contract.ts";
import { at, equal, without } from "../json.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { randomSuffix } from "../names.ts";
import { forbiddenField } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { child, children, ensure, fill, text } from "./drafts.ts";
import { defaultPodSpec } from "./pod-template.ts";
import { podSpecProblems } from "./pod-validation.ts";
import { specGeneration } from "./generation.ts";
import type { KindRules, RuleContext } from "./rules.ts";

const TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_SECONDS = 3607;
const DEFAULT_GRACE_SECONDS = 30;
/** How long a pod stays on a node that went away. */
const EVICTION_SECONDS = 300;

export const podRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    defaultPodSpec(spec);
    fill(spec, "enableServiceLinks", true);
    // What is limited is requested, unless said otherwise.
    for (const container of [...children(spec, "initContainers"), ...children(spec, "containers")]) {
      const resources = child(container, "resources");
      const limits = resources === undefined ? undefined : child(resources, "limits");
      if (resources === undefined || limits === undefined) continue;
      resources["requests"] = { ...limits, ...child(resources, "requests") };
    }
  },
  admit(draft, context) {
    const spec = ensure(draft, "spec");
    fill(spec, "serviceAccountName", "default");
    spec["serviceAccount"] = text(spec, "serviceAccountName");
    mountToken(draft, spec, context);
    tolerateNodeTrouble(spec);
    admitPriority(spec, context);
  },
  initialStatus: (draft) => ({ phase: "Pending", qosClass: qosClass(ensure(draft, "spec")) }),
  generation: specGeneration,
  validate: (pod) => podSpecProblems(pod["spec"], "spec", { template: false }),
  validateUpdate: podUpdateProblems,
  graceSeconds(pod, asked) {
    const spec = pod["spec"] as Draft | undefined;
    const phase = at(pod, "status", "phase");
    // Nobody runs it: there is nothing to wait for.
    if (text(spec, "nodeName") === "" || phase === "Succeeded" || phase === "Failed") return 0;
    const own = spec?.["terminationGracePeriodSeconds"];
    const seconds = asked ?? (typeof own === "number" ? own : DEFAULT_GRACE_SECONDS);
    return seconds < 0 ? 1 : seconds;
  },
};

/** A volume with the service account's token, the cluster's CA and the namespace, mounted where in-cluster clients look. */
function mountToken(draft: Draft, spec: Draft, context: RuleContext): void {
  const namespace = text(child(draft, "metadata"), "namespace");
  const account = context.find("/serviceaccounts", namespace, text(spec, "serviceAccountName"));
  if ((spec["automountServiceAccountToken"] ?? account?.["automountServiceAccountToken"]) === false) return;
  const containers = [...children(spec, "initContainers"), ...children(spec, "containers")].filter(
    (container) => !children(container, "volumeMounts").some((mount) => mount["mountPath"] === TOKEN_FOLDER),
  );
  if (containers.length === 0) return;
  const name = `kube-api-access-${randomSuffix(context.random)}`;
  const volumes = (spec["volumes"] ?? []) as readonly Json[];
  spec["volumes"] = [
    ...volumes,
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          {
            downwardAPI: {
              items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
            },
          },
        ],
        defaultMode: 0o644,
      },
    },
  ];
  for (const container of containers) {
    const mounts = (container["volumeMounts"] ?? []) as readonly Json[];
    container["volumeMounts"] = [...mounts, { name, readOnly: true, mountPath: TOKEN_FOLDER }];
  }
}

function tolerateNodeTrouble(spec: Draft): void {
  const tolerations = [...children(spec, "tolerations")];
  for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
    const tolerated = tolerations.some(
      (each) => (each["key"] === key || each["key"] === undefined) && (each["effect"] ?? "NoExecute") === "NoExecute",
    );
    if (!tolerated) {
      tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: EVICTION_SECONDS });
    }
  }
  spec["tolerations"] = tolerations;
}

function admitPriority(spec: Draft, context: RuleContext): void {
  const name = text(spec, "priorityClassName");
  const named = name === "" ? undefined : context.find("scheduling.k8s.io/priorityclasses", "", name);
  const found =
    named ??
    [...context.all("scheduling.k8s.io/priorityclasses")].find((each) => name === "" && each["globalDefault"] === true);
  fill(spec, "priority", (found?.["value"] as number | undefined) ?? 0);
  fill(spec, "preemptionPolicy", (found?.["preemptionPolicy"] as string | undefined) ?? "PreemptLowerPriority");
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
function qosClass(spec: Draft): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...children(spec, "initContainers"), ...children(spec, "containers")];
  const amounts = containers.map((container) => {
    const resources = child(container, "resources") ?? {};
    return { requests: child(resources, "requests") ?? {}, limits: child(resources, "limits") ?? {} };
  });
  const asked = (resources: Draft) => ["cpu", "memory"].some((name) => (resources[name] ?? "0") !== "0");
  if (!amounts.some(({ requests, limits }) => asked(requests) || asked(limits))) return "BestEffort";
  const guaranteed = amounts.every(({ requests, limits }) =>
    ["cpu", "memory"].every(
      (name) => limits[name] !== undefined && (requests[name] === undefined || requests[name] === limits[name]),
    ),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** What may change of a pod's spec; binding sets the node's name. */
const SPEC_MUTABLE = [
  "activeDeadlineSeconds",
  "tolerations",
  "schedulingGates",
  "nodeName",
  "terminationGracePeriodSeconds",
  "ephemeralContainers",
] as const;

/** A pod's spec is settled once it exists: only images, deadlines, tolerations and scheduling gates may change. */
function podUpdateProblems(pod: KubeObject, old: KubeObject): FieldProblem[] {
  const settled = (spec: unknown): JsonObject => {
    const rest = without(spec ?? {}, ...SPEC_MUTABLE);
    for (const list of ["containers", "initContainers"]) {
      if (rest[list] === undefined) continue;
      rest[list] = children(rest, list).map((container) => without(container, "image", "resources"));
    }
    return rest;
  };
  if (equal(settled(pod["spec"]), settled(old["spec"]))) return [];
  return [
    forbiddenField(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ),
  ];
}
