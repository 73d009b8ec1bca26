import type { KubeObject } from "../contract.ts";
import { invalid, notSupported, required } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at } from "../json.ts";
import type { Draft } from "../json.ts";
import { child, children, ensure, fill, number, text } from "./drafts.ts";
import { specGeneration } from "./generation.ts";
import { immutable } from "./metadata.ts";
import { subdomainProblem } from "./names.ts";
import type { KindRules } from "./rules.ts";
import { labelSelectorProblems } from "./workloads.ts";

export const ingressRules: KindRules = {
  admit(draft, context) {
    const spec = ensure(draft, "spec");
    const annotations = child(ensure(draft, "metadata"), "annotations");
    if (spec["ingressClassName"] !== undefined || annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
    for (const each of context.all("networking.k8s.io/ingressclasses")) {
      if (each.metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true") {
        spec["ingressClassName"] = each.metadata.name;
        return;
      }
    }
  },
  generation: specGeneration,
  validate: ingressProblems,
};

function ingressProblems(ingress: KubeObject): FieldProblem[] {
  const spec = (ingress["spec"] ?? {}) as Draft;
  const problems: FieldProblem[] = [];
  const rules = children(spec, "rules");
  const fallback = child(spec, "defaultBackend");
  if (rules.length === 0 && fallback === undefined) {
    problems.push(invalid("spec", spec, "either `defaultBackend` or `rules` must be specified"));
  }
  if (fallback !== undefined) backendProblems(fallback, "spec.defaultBackend", problems);
  rules.forEach((rule, index) => {
    const path = `spec.rules[${index}]`;
    const host = text(rule, "host");
    if (host !== "") {
      const problem = subdomainProblem(host.startsWith("*.") ? host.slice(2) : host);
      if (problem !== undefined) problems.push(invalid(`${path}.host`, host, problem));
    }
    const http = child(rule, "http");
    if (http === undefined) return;
    const paths = children(http, "paths");
    if (paths.length === 0) problems.push(required(`${path}.http.paths`));
    paths.forEach((each, position) => {
      const at = `${path}.http.paths[${position}]`;
      const types = ["Exact", "ImplementationSpecific", "Prefix"];
      const type = text(each, "pathType");
      if (type === "") problems.push(required(`${at}.pathType`, "pathType must be specified"));
      else if (!types.includes(type)) problems.push(notSupported(`${at}.pathType`, type, types));
      const file = text(each, "path");
      if ((type === "Exact" || type === "Prefix") && !file.startsWith("/")) {
        problems.push(invalid(`${at}.path`, file, "must be an absolute path"));
      }
      backendProblems(child(each, "backend") ?? {}, `${at}.backend`, problems);
    });
  });
  return problems;
}

function backendProblems(backend: Draft, path: string, problems: FieldProblem[]): void {
  const service = child(backend, "service");
  if (service === undefined && child(backend, "resource") === undefined) {
    problems.push(required(path, "resource or service backend is required"));
    return;
  }
  if (service === undefined) return;
  if (text(service, "name") === "") problems.push(required(`${path}.service.name`));
  const port = child(service, "port") ?? {};
  if (text(port, "name") === "" && (number(port, "number") ?? 0) === 0) {
    problems.push(required(`${path}.service.port`, "port name or number is required"));
  }
}

export const ingressClassRules: KindRules = {
  generation: specGeneration,
  validateUpdate: (object, old) =>
    immutable("spec.controller", at(object, "spec", "controller"), at(old, "spec", "controller")),
};

export const networkPolicyRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    if (spec["policyTypes"] === undefined) {
      spec["policyTypes"] = ["Ingress", ...(children(spec, "egress").length > 0 ? ["Egress"] : [])];
    }
    for (const rule of [...children(spec, "ingress"), ...children(spec, "egress")]) {
      for (const port of children(rule, "ports")) fill(port, "protocol", "TCP");
    }
  },
  generation: specGeneration,
  validate: (object) => labelSelectorProblems(at(object, "spec", "podSelector"), "spec.podSelector"),
};

export const podDisruptionBudgetRules: KindRules = {
  generation: specGeneration,
  conditionalUpdate: true,
  validate(object) {
    const spec = (object["spec"] ?? {}) as Draft;
    const problems = labelSelectorProblems(spec["selector"], "spec.selector");
    if (spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined) {
      problems.push(invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"));
    }
    for (const name of ["minAvailable", "maxUnavailable"]) {
      const value = spec[name];
      const sound =
        typeof value === "number"
          ? value >= 0
          : value === undefined || (typeof value === "string" && /^\d+%$/.test(value));
      if (!sound) problems.push(invalid(`spec.${name}`, value, "must be greater than or equal to 0"));
    }
    return problems;
  },
};

/** How an autoscaler moves when nothing is said: up fast, down after five quiet minutes. */
const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };

export const autoscalerRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "minReplicas", 1);
    if (children(spec, "metrics").length === 0) {
      spec["metrics"] = [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ];
    }
    const behavior = child(spec, "behavior");
    if (behavior === undefined) return;
    behavior["scaleUp"] = { ...SCALE_UP, ...child(behavior, "scaleUp") };
    behavior["scaleDown"] = { ...SCALE_DOWN, ...child(behavior, "scaleDown") };
  },
  validate(object) {
    const spec = (object["spec"] ?? {}) as Draft;
    const problems: FieldProblem[] = [];
    const min = number(spec, "minReplicas") ?? 1;
    const max = number(spec, "maxReplicas") ?? 0;
    if (min < 1) problems.push(invalid("spec.minReplicas", min, "must be greater than or equal to 1"));
    if (max < 1) problems.push(invalid("spec.maxReplicas", max, "must be greater than 0"));
    else if (max < min) {
      problems.push(invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
    }
    const target = child(spec, "scaleTargetRef");
    for (const name of ["kind", "name"]) {
      if (text(target, name) === "") problems.push(required(`spec.scaleTargetRef.${name}`));
    }
    return problems;
  },
};
