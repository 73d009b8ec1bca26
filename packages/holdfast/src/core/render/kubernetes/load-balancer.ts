import { parseIpv4, parseIpv4Range, rangeContains } from "../../spec/index.ts";
import type { SiteContext } from "./context.ts";
import { isAks } from "./platforms.ts";

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
  return isOwn === true ? internalOnly(context, host) : {};
}

/**
 * On Azure a load balancer is public unless told otherwise; what only peers may reach must not be. AKS takes its address from an
 * annotation, and may stop reading `loadBalancerIP`, which Kubernetes has deprecated; the Hub's older provider reads that one.
 * https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#loadbalancer-annotations
 */
export function internalOnly(context: SiteContext, host = context.addresses.peering.dataHost) {
  const { platform } = context;
  if (platform.kind !== "azure-stack-hub" && !isAks(platform)) return {};
  return {
    annotations: {
      [`${AZURE}-internal`]: "true",
      ...(isAks(platform) && parseIpv4(host ?? "") !== undefined ? { [`${AZURE}-ipv4`]: host } : {}),
    },
  };
}

const AZURE = "service.beta.kubernetes.io/azure-load-balancer";
