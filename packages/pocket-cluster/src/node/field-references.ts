import { parseQuantity } from "../objects/index.ts";
import type { Container, Pod, ResourceFieldRef } from "../objects/index.ts";

/** What a pod can be told about itself beyond its manifest. */
export interface PodFacts {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
  /** Stands in for a limit that a container does not have. */
  readonly nodeCapacity: { readonly cpu: number; readonly memory: number };
}

const MAP_ENTRY = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** The value of a `fieldRef`; `undefined` for a field that the downward API does not offer. */
export function fieldValue(path: string, { pod, podIP, hostIP, nodeName }: PodFacts): string | undefined {
  const { metadata, spec } = pod;
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid;
    case "metadata.labels":
      return mapLines(metadata.labels);
    case "metadata.annotations":
      return mapLines(metadata.annotations);
    case "spec.nodeName":
      return nodeName;
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "default";
    case "status.hostIP":
    case "status.hostIPs":
      return hostIP;
    case "status.podIP":
    case "status.podIPs":
      return podIP;
    default: {
      const entry = MAP_ENTRY.exec(path);
      if (entry === null) return undefined;
      const map = entry[1] === "labels" ? metadata.labels : metadata.annotations;
      return map?.[entry[2] ?? ""] ?? "";
    }
  }
}

/** The value of a `resourceFieldRef`, in whole divisors, rounded up as the kubelet does; `undefined` when it names nothing known. */
export function resourceFieldValue(
  reference: ResourceFieldRef,
  container: Container,
  facts: PodFacts,
): string | undefined {
  const match = /^(limits|requests)\.(cpu|memory)$/.exec(reference.resource);
  if (match === null) return undefined;
  const kind = match[1] as "limits" | "requests";
  const resource = match[2] as "cpu" | "memory";
  const stated = container.resources?.[kind]?.[resource];
  const amount = stated === undefined ? (kind === "limits" ? facts.nodeCapacity[resource] : 0) : parseQuantity(stated);
  const divisor = parseQuantity(reference.divisor === undefined || reference.divisor === "0" ? "1" : reference.divisor);
  if (amount === undefined || divisor === undefined || divisor === 0) return undefined;
  // Quantities are decimal; 0.3 / 0.001 must not become 301.
  return String(Math.ceil(Number((amount / divisor).toFixed(6))));
}

/** One `key="value"` a line, sorted, as downward API files have them. */
function mapLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
