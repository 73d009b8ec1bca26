import { duplicate, forbiddenField, invalid, notSupported, required } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import type { Draft } from "../json.ts";
import { quantityValue } from "../types/quantity.ts";
import { child, children, number, text } from "./drafts.ts";
import { dnsLabelProblem, subdomainProblem } from "./names.ts";

/** What a server refuses in a pod's spec: the checks that catch real mistakes, in its words. */

const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const ENV_NAME_MESSAGE =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
const PORT_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

export interface PodContext {
  readonly template: boolean;
  /** Which restart policies the owner allows; absent: any. */
  readonly restartPolicies?: readonly string[];
}

export function podSpecProblems(value: unknown, path: string, context: PodContext): FieldProblem[] {
  const spec = (value ?? {}) as Draft;
  const problems: FieldProblem[] = [];
  const volumes = volumeProblems(spec, path, problems);
  const containers = children(spec, "containers");
  if (containers.length === 0) problems.push(required(`${path}.containers`));
  const names = new Set<string>();
  containers.forEach((container, index) => {
    containerProblems(container, `${path}.containers[${index}]`, volumes, names, problems);
  });
  children(spec, "initContainers").forEach((container, index) => {
    containerProblems(container, `${path}.initContainers[${index}]`, volumes, names, problems);
    for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
      if (container[probe] !== undefined && container["restartPolicy"] !== "Always") {
        problems.push(
          forbiddenField(
            `${path}.initContainers[${index}].${probe}`,
            "may not be set for init containers without restartPolicy=Always",
          ),
        );
      }
    }
  });
  const policies = context.restartPolicies ?? ["Always", "Never", "OnFailure"];
  const policy = text(spec, "restartPolicy");
  if (!policies.includes(policy)) problems.push(notSupported(`${path}.restartPolicy`, policy, policies));
  const dnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
  if (!dnsPolicies.includes(text(spec, "dnsPolicy"))) {
    problems.push(notSupported(`${path}.dnsPolicy`, spec["dnsPolicy"], dnsPolicies));
  }
  const account = text(spec, "serviceAccountName");
  if (account !== "") {
    const problem = subdomainProblem(account);
    if (problem !== undefined) problems.push(invalid(`${path}.serviceAccountName`, account, problem));
  }
  if ((number(spec, "terminationGracePeriodSeconds") ?? 0) < 0 && context.template) {
    problems.push(
      invalid(`${path}.terminationGracePeriodSeconds`, spec["terminationGracePeriodSeconds"], NOT_NEGATIVE),
    );
  }
  return problems;
}

const NOT_NEGATIVE = "must be greater than or equal to 0";

function volumeProblems(spec: Draft, path: string, problems: FieldProblem[]): ReadonlySet<string> {
  const names = new Set<string>();
  children(spec, "volumes").forEach((volume, index) => {
    const name = text(volume, "name");
    const at = `${path}.volumes[${index}]`;
    if (name === "") problems.push(required(`${at}.name`));
    else {
      const problem = dnsLabelProblem(name);
      if (problem !== undefined) problems.push(invalid(`${at}.name`, name, problem));
    }
    if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
    names.add(name);
    const sources = Object.keys(volume).filter((key) => key !== "name");
    for (const extra of sources.slice(1)) {
      problems.push(forbiddenField(`${at}.${extra}`, "may not specify more than 1 volume type"));
    }
    if (child(volume, "configMap") !== undefined && text(child(volume, "configMap"), "name") === "") {
      problems.push(required(`${at}.configMap.name`));
    }
    if (child(volume, "secret") !== undefined && text(child(volume, "secret"), "secretName") === "") {
      problems.push(required(`${at}.secret.secretName`));
    }
    const claim = child(volume, "persistentVolumeClaim");
    if (claim !== undefined && text(claim, "claimName") === "") {
      problems.push(required(`${at}.persistentVolumeClaim.claimName`));
    }
  });
  return names;
}

function containerProblems(
  container: Draft,
  path: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
  problems: FieldProblem[],
): void {
  const name = text(container, "name");
  if (name === "") problems.push(required(`${path}.name`));
  else {
    const problem = dnsLabelProblem(name);
    if (problem !== undefined) problems.push(invalid(`${path}.name`, name, problem));
    if (names.has(name)) problems.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  const image = container["image"];
  if (image === undefined || image === "") problems.push(required(`${path}.image`));
  else if (typeof image === "string" && image.trim() !== image) {
    problems.push(invalid(`${path}.image`, image, "must not have leading or trailing whitespace"));
  }
  portProblems(container, path, problems);
  children(container, "env").forEach((variable, index) => envProblems(variable, `${path}.env[${index}]`, problems));
  const mounted = new Set<string>();
  children(container, "volumeMounts").forEach((mount, index) => {
    const at = `${path}.volumeMounts[${index}]`;
    const volume = text(mount, "name");
    const folder = text(mount, "mountPath");
    if (volume === "") problems.push(required(`${at}.name`));
    else if (!volumes.has(volume)) {
      problems.push({
        field: `${at}.name`,
        reason: "FieldValueNotFound",
        message: `Not found: ${JSON.stringify(volume)}`,
      });
    }
    if (folder === "") problems.push(required(`${at}.mountPath`));
    else if (mounted.has(folder)) problems.push(invalid(`${at}.mountPath`, folder, "must be unique"));
    mounted.add(folder);
  });
  resourceProblems(child(container, "resources") ?? {}, `${path}.resources`, problems);
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const value = child(container, probe);
    if (value !== undefined) probeProblems(value, `${path}.${probe}`, probe !== "readinessProbe", problems);
  }
  const policies = ["Always", "IfNotPresent", "Never"];
  const policy = text(container, "imagePullPolicy");
  if (!policies.includes(policy)) problems.push(notSupported(`${path}.imagePullPolicy`, policy, policies));
}

export function portNumberProblem(port: unknown): string | undefined {
  return typeof port === "number" && port >= 1 && port <= 65535 ? undefined : "must be between 1 and 65535, inclusive";
}

function portNameProblem(name: string): string | undefined {
  if (name.length > 15) return "must be no more than 15 characters";
  if (!PORT_NAME.test(name)) {
    return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  }
  if (!/[a-z]/.test(name)) return "must contain at least one letter (a-z)";
  return name.includes("--") ? "must not contain consecutive hyphens" : undefined;
}

function portProblems(container: Draft, path: string, problems: FieldProblem[]): void {
  const names = new Set<string>();
  children(container, "ports").forEach((port, index) => {
    const at = `${path}.ports[${index}]`;
    const name = text(port, "name");
    if (name !== "") {
      const problem = portNameProblem(name);
      if (problem !== undefined) problems.push(invalid(`${at}.name`, name, problem));
      if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    const portNumber = number(port, "containerPort") ?? 0;
    if (portNumber === 0) problems.push(required(`${at}.containerPort`));
    else {
      const problem = portNumberProblem(portNumber);
      if (problem !== undefined) problems.push(invalid(`${at}.containerPort`, portNumber, problem));
    }
    protocolProblem(port, at, problems);
  });
}

export function protocolProblem(port: Draft, path: string, problems: FieldProblem[]): void {
  const protocols = ["SCTP", "TCP", "UDP"];
  const protocol = text(port, "protocol");
  if (!protocols.includes(protocol)) problems.push(notSupported(`${path}.protocol`, protocol, protocols));
}

function envProblems(variable: Draft, path: string, problems: FieldProblem[]): void {
  const name = text(variable, "name");
  if (name === "") problems.push(required(`${path}.name`));
  else if (!ENV_NAME.test(name)) problems.push(invalid(`${path}.name`, name, ENV_NAME_MESSAGE));
  const source = child(variable, "valueFrom");
  if (source === undefined) return;
  if (text(variable, "value") !== "") {
    problems.push(invalid(`${path}.valueFrom`, "", "may not be specified when `value` is not empty"));
  }
  if (Object.keys(source).length !== 1) {
    problems.push(
      invalid(
        `${path}.valueFrom`,
        "",
        Object.keys(source).length === 0
          ? "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
          : "may not have more than one field specified at a time",
      ),
    );
  }
  for (const reference of ["configMapKeyRef", "secretKeyRef"]) {
    const target = child(source, reference);
    if (target !== undefined && text(target, "key") === "")
      problems.push(required(`${path}.valueFrom.${reference}.key`));
  }
}

function resourceProblems(resources: Draft, path: string, problems: FieldProblem[]): void {
  const limits = child(resources, "limits") ?? {};
  for (const kind of ["limits", "requests"]) {
    for (const [name, amount] of Object.entries(child(resources, kind) ?? {})) {
      if (typeof amount !== "string" && typeof amount !== "number") continue;
      if ((quantityValue(amount) ?? 0) < 0) problems.push(invalid(`${path}.${kind}[${name}]`, amount, NOT_NEGATIVE));
    }
  }
  for (const [name, amount] of Object.entries(child(resources, "requests") ?? {})) {
    const limit = limits[name];
    if (typeof limit !== "string" || typeof amount !== "string") continue;
    if ((quantityValue(amount) ?? 0) > (quantityValue(limit) ?? 0)) {
      problems.push(invalid(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
}

function probeProblems(probe: Draft, path: string, succeedsOnce: boolean, problems: FieldProblem[]): void {
  const handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter((name) => probe[name] !== undefined);
  if (handlers.length === 0) problems.push(required(path, "must specify a handler type"));
  for (const extra of handlers.slice(1)) {
    problems.push(forbiddenField(`${path}.${extra}`, "may not specify more than 1 handler type"));
  }
  for (const handler of ["httpGet", "tcpSocket"]) {
    const target = child(probe, handler);
    const port = target?.["port"];
    if (target === undefined || typeof port === "string") continue;
    const problem = portNumberProblem(port);
    if (problem !== undefined) problems.push(invalid(`${path}.${handler}.port`, port ?? 0, problem));
  }
  const command = child(probe, "exec");
  if (command !== undefined && !Array.isArray(command["command"])) problems.push(required(`${path}.exec.command`));
  for (const name of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ]) {
    if ((number(probe, name) ?? 0) < 0) problems.push(invalid(`${path}.${name}`, probe[name], NOT_NEGATIVE));
  }
  if (succeedsOnce && probe["successThreshold"] !== 1) {
    problems.push(invalid(`${path}.successThreshold`, probe["successThreshold"], "must be 1"));
  }
}
