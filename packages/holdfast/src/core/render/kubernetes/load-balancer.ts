import type { SiteContext } from "./context.ts";

/**
 * A Service's load balancer at the address that the fleet file says others reach. `loadBalancerIP` is what every provider
 * still reads (the annotations that replace it differ by provider); `Local` keeps the callers' addresses, which the
 * network policies and steering by subnet need.
 */
export function loadBalancer(host: string | undefined) {
  return {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    ...(host !== undefined && /^\d+\.\d+\.\d+\.\d+$/.test(host) ? { loadBalancerIP: host } : {}),
  } as const;
}

/** On Azure a load balancer is public unless told otherwise; what only peers may reach must not be. */
export function internalOnly({ platform }: SiteContext) {
  return platform.kind === "azure-stack-hub"
    ? { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } }
    : {};
}
