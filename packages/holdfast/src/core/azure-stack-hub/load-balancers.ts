import type { Fleet, Site, Store } from "../spec/index.ts";

/** A service of type LoadBalancer at a site. */
interface LoadBalancerService {
  readonly what: string;
  /** `public` takes one of the subscription's public addresses, `internal` one of the node subnet's. */
  readonly reach: "public" | "internal";
  readonly count: number;
}

/** What of the fleet takes a frontend at this site's load balancer. */
export function loadBalancerServicesOf(
  { application, stores, traffic }: Pick<Fleet, "application" | "stores" | "traffic">,
  site: Pick<Site, "name">,
): readonly LoadBalancerService[] {
  const { components } = application;
  const services: readonly LoadBalancerService[] = [
    {
      what: "ingress controller",
      reach: "public",
      count: components.some((component) => component.exposure !== undefined) ? 1 : 0,
    },
    ...components.map((component): LoadBalancerService => ({
      what: component.name,
      reach: "public",
      count: component.service === "load-balancer" ? 1 : 0,
    })),
    { what: "DNS server", reach: "public", count: traffic.provider === "holdfast-dns" ? 1 : 0 },
    ...stores.map((store): LoadBalancerService => ({
      what: `${store.name} for other sites`,
      reach: "internal",
      count: peeredServersOf(store, site.name),
    })),
  ];
  return services.filter(({ count }) => count > 0);
}

/** Servers of the store at this site that other sites reach. */
function peeredServersOf(store: Store, site: string): number {
  if (store.engine === "postgresql") return store.sites.length > 1 && store.sites.some((name) => name === site) ? 1 : 0;
  const here = store.members.filter((member) => member.site === site).length;
  return here < store.members.length ? here : 0;
}
