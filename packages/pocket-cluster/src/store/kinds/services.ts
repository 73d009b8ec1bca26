import type { KubeObject } from "../contract.ts";
import { duplicate, forbiddenField, invalid, notSupported, required } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at } from "../json.ts";
import type { Draft, Json } from "../json.ts";
import { child, children, ensure, fill, number, text } from "./drafts.ts";
import { immutable } from "./metadata.ts";
import { dns1035LabelProblem, dnsLabelProblem } from "./names.ts";
import { portNumberProblem, protocolProblem } from "./pod-validation.ts";
import type { KindRules, RuleContext } from "./rules.ts";

const DEFAULT_PREFIX = "10.96.0";
/** The first addresses are for those who ask for one, as `kubernetes` does for .1. */
const FIRST_FREE_HOST = 10;
const NODE_PORTS = { from: 30_000, to: 32_767 };
const SESSION_SECONDS = 10_800;

export const serviceRules: KindRules = {
  defaults(draft) {
    const spec = ensure(draft, "spec");
    fill(spec, "sessionAffinity", "None");
    if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
    else fill(ensure(ensure(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", SESSION_SECONDS);
    fill(spec, "type", "ClusterIP");
    for (const port of children(spec, "ports")) {
      if (port["targetPort"] === undefined || port["targetPort"] === 0 || port["targetPort"] === "") {
        port["targetPort"] = port["port"] ?? 0;
      }
    }
    if (isPublished(spec)) fill(spec, "externalTrafficPolicy", "Cluster");
    if (spec["type"] === "LoadBalancer") fill(spec, "allocateLoadBalancerNodePorts", true);
    if (spec["type"] !== "ExternalName") fill(spec, "internalTrafficPolicy", "Cluster");
  },
  admit: (draft, context) => allocate(draft, undefined, context),
  admitUpdate: (draft, old, context) => allocate(draft, old, context),
  nameProblem: dns1035LabelProblem,
  createOnUpdate: true,
  validate: serviceProblems,
  validateUpdate(service, old) {
    const before = at(old, "spec", "clusterIP");
    const after = at(service, "spec", "clusterIP");
    const named = (type: unknown) => type === "ExternalName";
    if (named(at(old, "spec", "type")) || named(at(service, "spec", "type")) || before === "") return [];
    return immutable("spec.clusterIPs[0]", after, before, "may not change once set");
  },
};

function isPublished(spec: Draft): boolean {
  return spec["type"] === "NodePort" || spec["type"] === "LoadBalancer";
}

/** Gives the service its cluster address and node ports, or keeps those that it has. */
function allocate(draft: Draft, old: KubeObject | undefined, context: RuleContext): void {
  const spec = ensure(draft, "spec");
  if (spec["type"] === "ExternalName") {
    for (const name of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) Reflect.deleteProperty(spec, name);
    return;
  }
  const before = (old?.["spec"] ?? {}) as Draft;
  if (text(spec, "clusterIP") === "") {
    const address = text(before, "clusterIP");
    spec["clusterIP"] = address === "" ? freeAddress(draft, context) : address;
  }
  spec["clusterIPs"] = [text(spec, "clusterIP")];
  fill(spec, "ipFamilies", ["IPv4"]);
  fill(spec, "ipFamilyPolicy", "SingleStack");
  allocateNodePorts(spec, before, context);
}

function freeAddress(draft: Draft, context: RuleContext): string {
  const taken = new Set<unknown>();
  for (const service of context.all("/services")) taken.add(at(service, "spec", "clusterIP"));
  const prefix = context.servicePrefix ?? DEFAULT_PREFIX;
  for (let host = FIRST_FREE_HOST; host < 255; host++) {
    const address = `${prefix}.${host}`;
    if (!taken.has(address)) return address;
  }
  throw new RangeError(`no free cluster IP is left for ${text(child(draft, "metadata"), "name")} in ${prefix}.0/24`);
}

function allocateNodePorts(spec: Draft, before: Draft, context: RuleContext): void {
  const ports = children(spec, "ports");
  if (!isPublished(spec) || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] === false)) {
    if (spec["type"] === "ClusterIP") for (const port of ports) delete port["nodePort"];
    return;
  }
  const taken = new Set<unknown>();
  for (const service of context.all("/services")) {
    for (const port of children(service["spec"] as Draft, "ports")) taken.add(port["nodePort"]);
  }
  for (const port of ports) {
    if ((number(port, "nodePort") ?? 0) !== 0) continue;
    const same = children(before, "ports").find(
      (each) => each["port"] === port["port"] && each["protocol"] === port["protocol"],
    );
    let free = NODE_PORTS.from;
    while (taken.has(free) && free < NODE_PORTS.to) free++;
    const chosen: Json = same?.["nodePort"] ?? free;
    port["nodePort"] = chosen;
    taken.add(chosen);
  }
}

function serviceProblems(service: KubeObject): FieldProblem[] {
  const spec = service["spec"] as Draft;
  const problems: FieldProblem[] = [];
  const ports = children(spec, "ports");
  const type = text(spec, "type");
  const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
  if (!types.includes(type)) problems.push(notSupported("spec.type", type, types));
  const headless = spec["clusterIP"] === "None";
  if (ports.length === 0 && !headless && type !== "ExternalName") problems.push(required("spec.ports"));
  if (type === "ExternalName" && text(spec, "externalName") === "") problems.push(required("spec.externalName"));
  if (type === "LoadBalancer" && headless) {
    problems.push(invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services"));
  }
  const affinities = ["ClientIP", "None"];
  if (!affinities.includes(text(spec, "sessionAffinity"))) {
    problems.push(notSupported("spec.sessionAffinity", spec["sessionAffinity"], affinities));
  }
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    const name = text(port, "name");
    if (name === "" && ports.length > 1) problems.push(required(`${path}.name`));
    else if (name !== "") {
      const problem = dnsLabelProblem(name);
      if (problem !== undefined) problems.push(invalid(`${path}.name`, name, problem));
      if (names.has(name)) problems.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    const problem = portNumberProblem(port["port"]);
    if (problem !== undefined) problems.push(invalid(`${path}.port`, port["port"], problem));
    protocolProblem(port, path, problems);
    const target = port["targetPort"];
    if (typeof target === "number") {
      const targetProblem = portNumberProblem(target);
      if (targetProblem !== undefined) problems.push(invalid(`${path}.targetPort`, target, targetProblem));
    }
    const id = `${text(port, "protocol")}/${String(number(port, "port"))}`;
    if (numbers.has(id)) problems.push(duplicate(path, { port: port["port"] ?? 0, protocol: port["protocol"] ?? "" }));
    numbers.add(id);
    if (type === "ClusterIP" && port["nodePort"] !== undefined) {
      problems.push(forbiddenField(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  });
  return problems;
}
