import type { Container, KeyRef, Service } from "../objects/index.ts";
import { fieldValue, resourceFieldValue } from "./field-references.ts";
import type { PodFacts } from "./field-references.ts";

/** What an environment is made of besides the manifest. */
export interface EnvironmentSources {
  readonly facts: PodFacts;
  readonly configMap: (name: string) => Readonly<Record<string, string>> | undefined;
  readonly secret: (name: string) => Readonly<Record<string, string>> | undefined;
  /** Every container of the pod, for `resourceFieldRef.containerName`. */
  readonly containers: readonly Container[];
  /** Replaces mount paths by where the volume really is. */
  readonly relocate: (text: string) => string;
}

/** A reference that cannot be resolved yet: the container waits with CreateContainerConfigError. */
export class EnvironmentError extends Error {}

/**
 * A container's environment in the kubelet's order: what stands later may refer to what stands before it. `base` holds what the
 * image and the cluster give. Credentials pass through untouched: only values that are no Secret's are relocated.
 */
export function containerEnvironment(
  container: Container,
  base: Readonly<Record<string, string>>,
  sources: EnvironmentSources,
): Record<string, string> {
  const result: Record<string, string> = { ...base };
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) add(result, prefix, wholeMap("configmap", configMapRef, sources.configMap), sources.relocate);
    if (secretRef) add(result, prefix, wholeMap("secret", secretRef, sources.secret), (text) => text);
  }
  for (const variable of container.env ?? []) {
    const from = variable.valueFrom;
    if (from === undefined) {
      result[variable.name] = sources.relocate(expand(variable.value ?? "", result));
    } else if (from.secretKeyRef) {
      assign(result, variable.name, oneKey("secret", from.secretKeyRef, sources.secret));
    } else if (from.configMapKeyRef) {
      const value = oneKey("configmap", from.configMapKeyRef, sources.configMap);
      assign(result, variable.name, value === undefined ? undefined : sources.relocate(value));
    } else if (from.fieldRef) {
      assign(result, variable.name, known(fieldValue(from.fieldRef.fieldPath, sources.facts), from.fieldRef.fieldPath));
    } else if (from.resourceFieldRef) {
      const { containerName, resource } = from.resourceFieldRef;
      const subject = sources.containers.find(({ name }) => name === containerName) ?? container;
      assign(result, variable.name, known(resourceFieldValue(from.resourceFieldRef, subject, sources.facts), resource));
    }
  }
  return result;
}

/** `$(NAME)` -> its value, `$$` -> `$`; a name that is not set stays as written (core/v1 Container.args). */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (variables[name] ?? whole),
  );
}

/** `NAME_SERVICE_HOST` and its kin for each Service with a cluster address, as `enableServiceLinks` promises. */
export function serviceLinks(services: readonly Service[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const [first] = spec.ports ?? [];
    if (spec.clusterIP === undefined || spec.clusterIP === "" || spec.clusterIP === "None" || first === undefined)
      continue;
    const name = metadata.name.toUpperCase().replaceAll("-", "_");
    result[`${name}_SERVICE_HOST`] = spec.clusterIP;
    result[`${name}_SERVICE_PORT`] = String(first.port);
    result[`${name}_PORT`] = `${(first.protocol ?? "TCP").toLowerCase()}://${spec.clusterIP}:${first.port}`;
    for (const { name: portName, port, protocol = "TCP" } of spec.ports ?? []) {
      if (portName !== undefined)
        result[`${name}_SERVICE_PORT_${portName.toUpperCase().replaceAll("-", "_")}`] = String(port);
      const prefix = `${name}_PORT_${port}_${protocol}`;
      result[prefix] = `${protocol.toLowerCase()}://${spec.clusterIP}:${port}`;
      result[`${prefix}_PROTO`] = protocol.toLowerCase();
      result[`${prefix}_PORT`] = String(port);
      result[`${prefix}_ADDR`] = spec.clusterIP;
    }
  }
  return result;
}

type Lookup = (name: string) => Readonly<Record<string, string>> | undefined;

function wholeMap(
  kind: string,
  reference: { readonly name: string; readonly optional?: boolean },
  lookup: Lookup,
): Readonly<Record<string, string>> {
  const map = lookup(reference.name);
  if (map === undefined && reference.optional !== true)
    throw new EnvironmentError(`${kind} "${reference.name}" not found`);
  return map ?? {};
}

function oneKey(kind: string, reference: KeyRef, lookup: Lookup): string | undefined {
  const map = lookup(reference.name);
  const value = map?.[reference.key];
  if (value !== undefined || reference.optional === true) return value;
  throw new EnvironmentError(
    map === undefined
      ? `${kind} "${reference.name}" not found`
      : `couldn't find key ${reference.key} in ${kind} "${reference.name}"`,
  );
}

function known(value: string | undefined, path: string): string {
  if (value === undefined) throw new EnvironmentError(`unsupported field reference "${path}"`);
  return value;
}

function add(
  target: Record<string, string>,
  prefix: string,
  map: Readonly<Record<string, string>>,
  change: (text: string) => string,
): void {
  for (const [key, value] of Object.entries(map)) target[prefix + key] = change(value);
}

function assign(target: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) target[name] = value;
}
