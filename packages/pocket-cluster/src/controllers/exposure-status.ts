import { servesIngress } from "../objects/index.ts";
import type { Ingress, Service } from "../objects/index.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

/** Tells Services of type LoadBalancer and Ingresses the address at which the node publishes them. */
export function exposureStatusController(context: ControllerContext, externalAddress: string): Controller {
  const services = context.objects<Service>("v1", "Service");
  const ingresses = context.objects<Ingress>("networking.k8s.io/v1", "Ingress");

  const ofServices = createQueue("service-load-balancer", context, (namespace, name) => {
    const service = services.get(namespace, name);
    if (service === undefined) return undefined;
    const published = service.spec.type === "LoadBalancer" && service.metadata.deletionTimestamp === undefined;
    services.updateStatus(service, {
      ...service.status,
      loadBalancer: published ? { ingress: [{ ip: externalAddress, ipMode: "VIP" }] } : {},
    });
    return undefined;
  });
  const ofIngresses = createQueue("ingress-status", context, (namespace, name) => {
    const ingress = ingresses.get(namespace, name);
    if (ingress === undefined || !servesIngress(ingress)) return undefined;
    ingresses.updateStatus(ingress, { loadBalancer: { ingress: [{ ip: externalAddress }] } });
    return undefined;
  });
  const watches = [
    services.watch((_, service) => ofServices.add(service.metadata)),
    ingresses.watch((_, ingress) => ofIngresses.add(ingress.metadata)),
  ];
  return {
    stop: () => {
      controller(ofServices, watches).stop();
      ofIngresses.stop();
    },
  };
}
