import type { Fleet, IngressController, Member } from "../../../spec/index.ts";
import { KEEPS_CLIENT_ADDRESS, annotationsOf, ingressAddresses } from "./ingress-addresses.ts";

/** Whether the member gets this controller: a site where something is exposed, in a fleet that chose it. */
export function needsIngress(
  { application, traffic }: Fleet,
  { role }: Member,
  controller: IngressController,
): boolean {
  return (
    role === "site" &&
    traffic.ingressController === controller &&
    application.components.some(({ exposure }) => exposure !== undefined)
  );
}

/** Helm's releases of the controllers, each in the namespace `ingress`. */
const RELEASES: Readonly<Record<IngressController, string>> = {
  "f5-nginx": "nginx-ingress",
  traefik: "traefik",
  "ingress-nginx": "ingress-nginx",
};

/**
 * Shell that stops where another controller is installed still. Two of them would want the site's one address, and two of the three
 * the class `nginx`: the change is made at a site that serves nobody just then.
 */
export function otherIngressGone(chosen: IngressController): readonly string[] {
  const others = Object.entries(RELEASES).flatMap(([controller, release]) => (controller === chosen ? [] : [release]));
  return [
    `for other in ${others.join(" ")}; do`,
    '  if helm status "$other" --namespace ingress >/dev/null 2>&1; then',
    '    echo "ingress controller $other is still here: drain this site, then: helm uninstall $other --namespace ingress" >&2',
    "    exit 1",
    "  fi",
    "done",
  ];
}

interface ControllerPods {
  readonly release: string;
  /** The chart's own labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly targetPorts: { readonly http: number | string; readonly https: number | string };
}

/** The address at which the other sites' probes come in, where it is not the users': charts with one Service need a second one. */
export function peerService(member: Member, { release, selector, targetPorts }: ControllerPods) {
  const { peers } = ingressAddresses(member);
  if (peers === undefined) return {};
  const { loadBalancerIP } = peers;
  return {
    "service-peers.yaml": {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `${release}-peers`, namespace: "ingress", ...annotationsOf(peers) },
      spec: {
        type: "LoadBalancer",
        ...KEEPS_CLIENT_ADDRESS,
        ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
        selector,
        ports: [
          { name: "http", port: 80, targetPort: targetPorts.http, protocol: "TCP" },
          { name: "https", port: 443, targetPort: targetPorts.https, protocol: "TCP" },
        ],
      },
    },
  };
}

/** Deployment of the controller, for people who must stop it or look at it. */
export function ingressDeployment({ traffic }: Fleet): string {
  switch (traffic.ingressController) {
    case "f5-nginx":
      return "nginx-ingress-controller";
    case "traefik":
      return "traefik";
    case "ingress-nginx":
      return "ingress-nginx-controller";
  }
}
