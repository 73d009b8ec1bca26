import {
  SERVICE_NAME_LABEL,
  controllerReference,
  isControlledBy,
  isPodFinished,
  isPodReady,
  matchesLabels,
  sameJson,
  timestamp,
} from "../objects/index.ts";
import type { Endpoint, EndpointPort, EndpointSlice, Pod, Resource, Service } from "../objects/index.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const MANAGER = "endpointslice-controller.k8s.io";
const MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by";
const ENDPOINTS_MAX = 100;

/** Keeps the EndpointSlices of Services that select pods. Slices of a Service without a selector are their writer's alone. */
export function endpointSliceController(context: ControllerContext): Controller {
  const services = context.objects<Service>("v1", "Service");
  const slices = context.objects<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice");
  const pods = context.objects<Pod>("v1", "Pod");

  const queue = createQueue("endpointslice", context, (namespace, name) => {
    const service = services.get(namespace, name);
    // Without its Service a slice goes the way of all owned objects.
    if (service?.spec.selector === undefined || service.spec.type === "ExternalName") return undefined;
    const { selector } = service.spec;
    const own = slices
      .list(namespace)
      .filter((slice) => slice.metadata.labels?.[MANAGED_BY_LABEL] === MANAGER && isControlledBy(slice, service));
    const selected = pods.list(namespace).filter((pod) => matchesLabels(selector, pod.metadata.labels));
    write(service, desiredSlices(service, selected), own, slices, timestamp(context.timers.now()));
    return undefined;
  });
  return controller(queue, [
    services.watch((type, service) => {
      if (type !== "DELETED") queue.add(service.metadata);
    }),
    pods.watch((_, pod) => {
      for (const service of services.list(pod.metadata.namespace)) {
        if (service.spec.selector !== undefined && matchesLabels(service.spec.selector, pod.metadata.labels))
          queue.add(service.metadata);
      }
    }),
    slices.watch((_, slice) => {
      const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
      if (name !== undefined) queue.add({ namespace: slice.metadata.namespace ?? "", name });
    }),
  ]);
}

interface Content {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** One group of slices a set of ports: pods of one Service may have a named port at different numbers. */
export function desiredSlices(service: Service, pods: readonly Pod[]): readonly Content[] {
  const groups = new Map<string, { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    if (pod.status?.podIP === undefined || isPodFinished(pod)) continue;
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, pod.status.podIP));
  }
  if (groups.size === 0) return [{ ports: [], endpoints: [] }];
  return [...groups.values()].flatMap(({ ports, endpoints }) => {
    const parts: Content[] = [];
    for (let start = 0; start < endpoints.length; start += ENDPOINTS_MAX)
      parts.push({ ports, endpoints: endpoints.slice(start, start + ENDPOINTS_MAX) });
    return parts;
  });
}

function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap(({ name, port, targetPort, protocol = "TCP", appProtocol }) => {
    const target = targetPort ?? port;
    const number =
      typeof target === "number"
        ? target
        : pod.spec.containers
            .flatMap(({ ports = [] }) => ports)
            .find((each) => each.name === target && (each.protocol ?? "TCP") === protocol)?.containerPort;
    return number === undefined
      ? []
      : [{ name: name ?? "", port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function endpointOf(service: Service, pod: Pod, address: string): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod) || service.spec.publishNotReadyAddresses === true;
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    addresses: [address],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname !== undefined && subdomain === service.metadata.name && { hostname }),
    ...(nodeName !== undefined && { nodeName }),
    targetRef: { kind: "Pod", namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

/** Slices that are right already stay; the others are rewritten before new ones are made, so that names live long. */
function write(
  service: Service,
  wanted: readonly Content[],
  own: readonly EndpointSlice[],
  slices: Resource<EndpointSlice>,
  now: string,
): void {
  const labels = {
    ...service.metadata.labels,
    ...(service.spec.clusterIP === "None" && { "service.kubernetes.io/headless": "" }),
    [MANAGED_BY_LABEL]: MANAGER,
    [SERVICE_NAME_LABEL]: service.metadata.name,
  };
  const free = [...own];
  const missing = wanted.filter((content) => {
    const index = free.findIndex((slice) =>
      sameJson(
        [slice.ports ?? [], slice.endpoints ?? [], slice.metadata.labels],
        [content.ports, content.endpoints, labels],
      ),
    );
    if (index >= 0) free.splice(index, 1);
    return index < 0;
  });
  for (const content of missing) {
    const reused = free.shift();
    const annotations = { ...reused?.metadata.annotations, "endpoints.kubernetes.io/last-change-trigger-time": now };
    const body = { ports: [...content.ports], endpoints: [...content.endpoints] };
    if (reused !== undefined) {
      slices.update({ ...reused, ...body, metadata: { ...reused.metadata, labels, annotations } });
    } else {
      const { namespace, name } = service.metadata;
      slices.create(namespace, {
        addressType: "IPv4",
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels,
          annotations,
          ownerReferences: [controllerReference(service)],
        },
        ...body,
      });
    }
  }
  for (const slice of free) slices.delete(slice);
}
