import { ApiError, parseLabelSelector } from "../store/index.ts";
import type { ObjectStore, ResourceType } from "../store/index.ts";
import type { ComputedResource } from "./context.ts";
import type { Usage, UsageMetrics } from "./contract.ts";
import type { ResourceTarget } from "./target.ts";

const GROUP = "metrics.k8s.io";
const API_VERSION = `${GROUP}/v1beta1`;

/** What `kubectl top` and autoscalers read: the CPU and memory that the node measured. */
export function metricsResources(store: ObjectStore, measure: () => UsageMetrics): readonly ComputedResource[] {
  const nodes = (): readonly Measured[] => {
    const { measuredAt, windowMs, nodes } = measure();
    return nodes.map(({ name, usage }) => ({
      metadata: metadataOf(store, "nodes", undefined, name),
      value: { ...windowOf(measuredAt, windowMs), usage: quantities(usage) },
    }));
  };
  const pods = (): readonly Measured[] => {
    const { measuredAt, windowMs, pods } = measure();
    return pods.map(({ namespace, name, containers }) => ({
      metadata: metadataOf(store, "pods", namespace, name),
      value: {
        ...windowOf(measuredAt, windowMs),
        containers: containers.map((container) => ({ name: container.name, usage: quantities(container.usage) })),
      },
    }));
  };
  return [
    computed(metricsType("nodes", "NodeMetrics", false), nodes),
    computed(metricsType("pods", "PodMetrics", true), pods),
  ];
}

interface Measured {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly value: object;
}

function computed(type: ResourceType, measured: () => readonly Measured[]): ComputedResource {
  const isAt = (each: Measured, { namespace }: ResourceTarget): boolean =>
    namespace === undefined || each.metadata.namespace === namespace;
  return {
    type,
    get: (target) => {
      const found = measured().find((each) => each.metadata.name === target.name && isAt(each, target));
      if (found === undefined) {
        const name = target.name ?? "";
        const shown = target.namespace === undefined ? name : `${target.namespace}/${name}`;
        throw new ApiError(404, "NotFound", `${type.resource}.${GROUP} ${JSON.stringify(shown)} not found`, {
          name,
          group: GROUP,
          kind: type.resource,
        });
      }
      return { kind: type.kind, apiVersion: API_VERSION, metadata: found.metadata, ...found.value };
    },
    list: (target, query) => {
      const matches = parseLabelSelector(query.get("labelSelector") ?? undefined) ?? (() => true);
      const items = measured().filter((each) => isAt(each, target) && matches(each.metadata.labels));
      return {
        kind: `${type.kind}List`,
        apiVersion: API_VERSION,
        metadata: {},
        items: items.map(({ metadata, value }) => ({ metadata, ...value })),
      };
    },
  };
}

function metricsType(resource: string, kind: string, namespaced: boolean): ResourceType {
  return {
    group: GROUP,
    version: "v1beta1",
    resource,
    singular: "",
    kind,
    namespaced,
    shortNames: [],
    categories: [],
    subresources: [],
    verbs: ["get", "list"],
  };
}

/** Named and labelled as the object that was measured, so that selectors work. */
function metadataOf(
  store: ObjectStore,
  resource: string,
  namespace: string | undefined,
  name: string,
): Measured["metadata"] {
  const at = namespace === undefined ? {} : { namespace };
  const type = store.findType("", "v1", resource);
  const object =
    type === undefined ? undefined : store.list(type, { ...at, fieldSelector: `metadata.name=${name}` }).items.at(0);
  const labels = object?.metadata.labels;
  return { name, ...at, ...(labels === undefined ? {} : { labels }) };
}

function windowOf(measuredAt: number, windowMs: number): object {
  return {
    timestamp: `${new Date(measuredAt).toISOString().slice(0, 19)}Z`,
    window: `${(windowMs / 1000).toFixed(3)}s`,
  };
}

function quantities({ cpuNanocores, memoryBytes }: Usage): object {
  return { cpu: `${Math.round(cpuNanocores)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` };
}
