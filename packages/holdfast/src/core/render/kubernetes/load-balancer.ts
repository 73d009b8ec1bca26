import { parseIpv4, parseIpv4Range, rangeContains } from "../../spec/index.ts";
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

/**
 * An address of the site's own network can only be had on an internal load balancer; asked for on a public one, the Service would
 * wait for an address for ever.
 */
export function internalWhereOwn(context: SiteContext, host: string | undefined) {
  const { fleet, name } = context;
  const network = [...fleet.sites, ...(fleet.witness ? [fleet.witness] : [])].find(
    (each) => each.name === name,
  )?.network;
  const first = parseIpv4(host ?? "");
  const isOwn = network?.addressSpaces.some((text) => {
    const range = parseIpv4Range(text);
    return range !== undefined && first !== undefined && rangeContains(range, { first, prefix: 32 });
  });
  return isOwn === true ? internalOnly(context) : {};
}

/** On Azure a load balancer is public unless told otherwise; what only peers may reach must not be. */
export function internalOnly({ platform }: SiteContext) {
  return platform.kind === "azure-stack-hub"
    ? { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } }
    : {};
}
