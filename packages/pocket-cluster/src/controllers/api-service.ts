import { SERVICE_NAME_LABEL, sameJson } from "../objects/index.ts";
import type { EndpointSlice, Service } from "../objects/index.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { controller, createQueue } from "./controller.ts";

export interface ApiEndpoint {
  readonly address: string;
  readonly port: number;
}

const NAME = "kubernetes";

/** Keeps the Service `kubernetes` in `default`, by which programs in the cluster find the API server. */
export function apiServiceController(context: ControllerContext, clusterIP: string, endpoint: ApiEndpoint): Controller {
  const services = context.objects<Service>("v1", "Service");
  const slices = context.objects<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice");

  const queue = createQueue("api-service", context, () => {
    if (services.get("default", NAME) === undefined) {
      services.create("default", {
        metadata: { name: NAME, namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
        spec: { clusterIP, ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: endpoint.port }] },
      });
    }
    const content = {
      endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
      ports: [{ name: "https", protocol: "TCP", port: endpoint.port }],
    };
    const found = slices.get("default", NAME);
    if (found === undefined) {
      const metadata = { name: NAME, namespace: "default", labels: { [SERVICE_NAME_LABEL]: NAME } };
      slices.create("default", { addressType: "IPv4", metadata, ...content });
    } else if (!sameJson([found.endpoints, found.ports], [content.endpoints, content.ports])) {
      slices.update({ ...found, ...content });
    }
    return undefined;
  });
  const recheck = (_: string, { metadata }: Service | EndpointSlice): void => {
    if (metadata.namespace === "default" && metadata.name === NAME) queue.add({ namespace: "default", name: NAME });
  };
  queue.add({ namespace: "default", name: NAME });
  return controller(queue, [services.watch(recheck), slices.watch(recheck)]);
}
