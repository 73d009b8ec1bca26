import type { KubeObject } from "../../store/contract.ts";
import { ageColumn, column, nameColumn, wide } from "./columns.ts";
import type { Column } from "./columns.ts";
import { at, items, labelsText, NONE, orNone, selectorText, text, UNSET } from "./reading.ts";

export const networkTables: Readonly<Record<string, readonly Column[]>> = {
  "/services": [
    nameColumn,
    column("Type", "How the Service is exposed.", (o) => text(o, "spec.type")),
    column("Cluster-IP", "The IP address of the service.", (o) => orNone(text(o, "spec.clusterIP"))),
    column("External-IP", "Addresses at which the service is reached from outside.", externalAddresses),
    column("Port(s)", "The list of ports that are exposed by this service.", servicePorts),
    ageColumn,
    wide(
      column("Selector", "Traffic goes to pods whose labels match this selector.", (o) =>
        labelsText(at(o, "spec.selector")),
      ),
    ),
  ],
  "/endpoints": [
    nameColumn,
    column("Endpoints", "Addresses and ports of the pods behind the service.", endpointsText),
    ageColumn,
  ],
  "discovery.k8s.io/endpointslices": [
    nameColumn,
    column("AddressType", "The type of address carried by this EndpointSlice.", (o) => text(o, "addressType")),
    column("Ports", "The network ports exposed by each endpoint in this slice.", (o) =>
      shorten(
        items(o, "ports").map((port) => text(port, "port") || UNSET),
        UNSET,
      ),
    ),
    column("Endpoints", "The endpoints in this slice.", (o) =>
      shorten(
        items(o, "endpoints").flatMap((endpoint) => items(endpoint, "addresses").slice(0, 1).map(String)),
        UNSET,
      ),
    ),
    ageColumn,
  ],
  "networking.k8s.io/ingresses": [
    nameColumn,
    column("Class", "The name of the IngressClass that serves this Ingress.", (o) =>
      orNone(text(o, "spec.ingressClassName")),
    ),
    column("Hosts", "Hosts that incoming requests are matched against before the ingress rule.", (o) => {
      const hosts = items(o, "spec.rules")
        .map((rule) => text(rule, "host"))
        .filter((host) => host !== "");
      return shorten(hosts, "*");
    }),
    column("Address", "Addresses at which the ingress is reached.", loadBalancerAddresses),
    column("Ports", "Ports of TLS configurations that open.", (o) =>
      items(o, "spec.tls").length > 0 ? "80, 443" : "80",
    ),
    ageColumn,
  ],
  "networking.k8s.io/ingressclasses": [
    nameColumn,
    column("Controller", "Controller that is responsible for handling this class", (o) => text(o, "spec.controller")),
    column("Parameters", "A reference to a resource with additional parameters", (o) => {
      const group = text(o, "spec.parameters.apiGroup");
      const kind = text(o, "spec.parameters.kind");
      return kind === "" ? NONE : `${kind}${group === "" ? "" : `.${group}`}/${text(o, "spec.parameters.name")}`;
    }),
    ageColumn,
  ],
  "networking.k8s.io/networkpolicies": [
    nameColumn,
    column("Pod-Selector", "Selects the pods to which this NetworkPolicy applies.", (o) =>
      selectorText(at(o, "spec.podSelector")),
    ),
    ageColumn,
  ],
};

/** The first three, and how many more there are. */
function shorten(shown: readonly string[], whenEmpty: string): string {
  if (shown.length === 0) return whenEmpty;
  const more = shown.length - 3;
  return more > 0 ? `${shown.slice(0, 3).join(",")} + ${more} more...` : shown.join(",");
}

function loadBalancerAddresses(object: KubeObject): string {
  return items(object, "status.loadBalancer.ingress")
    .map((ingress) => text(ingress, "ip") || text(ingress, "hostname"))
    .join(",");
}

function externalAddresses(service: KubeObject): string {
  const fixed = items(service, "spec.externalIPs").join(",");
  switch (text(service, "spec.type")) {
    case "LoadBalancer":
      return [loadBalancerAddresses(service), fixed].filter((part) => part !== "").join(",") || "<pending>";
    case "ExternalName":
      return text(service, "spec.externalName");
    default:
      return orNone(fixed);
  }
}

function servicePorts(service: KubeObject): string {
  const shown = items(service, "spec.ports").map((port) => {
    const nodePort = text(port, "nodePort");
    return `${text(port, "port")}${nodePort === "" || nodePort === "0" ? "" : `:${nodePort}`}/${text(port, "protocol") || "TCP"}`;
  });
  return orNone(shown.join(","));
}

function endpointsText(object: KubeObject): string {
  const shown = items(object, "subsets").flatMap((subset) =>
    items(subset, "addresses").flatMap((address) => {
      const ports = items(subset, "ports");
      return ports.length === 0
        ? [text(address, "ip")]
        : ports.map((port) => `${text(address, "ip")}:${text(port, "port")}`);
    }),
  );
  return shorten(shown, NONE);
}
