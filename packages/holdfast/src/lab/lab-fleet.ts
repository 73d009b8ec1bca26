import type { Fleet, PostgresqlStore, Site, SiteAddresses, SiteName, Witness } from "../core/spec/index.ts";
import { API_PORT, publishedPort, sitePlan } from "./network-plan.ts";
import type { NetworkPlan } from "./network-plan.ts";

/**
 * The fleet as one site sees it in the lab: users' addresses are the sites' own, peering addresses are this viewer's ends
 * of the links. Everything else is the file's: a site cannot tell that it is in a lab.
 */
export function fleetSeenFrom(fleet: Fleet, plan: NetworkPlan, viewer: SiteName): Fleet {
  const rewrite = <T extends Site | Witness>(member: T): T => ({
    ...member,
    addresses: addressesOf(plan, member.name, viewer),
  });
  return {
    ...fleet,
    sites: fleet.sites.map(rewrite),
    ...(fleet.witness ? { witness: rewrite(fleet.witness) } : {}),
    // The gateway speaks HTTP to the sites, and no public resolver or certificate authority reaches this machine.
    traffic: { ...fleet.traffic, provider: "holdfast-dns", tls: { kind: "none" } },
  };
}

function addressesOf(plan: NetworkPlan, name: SiteName, viewer: SiteName): SiteAddresses {
  const site = sitePlan(plan, name);
  const seen = sitePlan(plan, viewer).viewOf.get(name) ?? site.externalAddress;
  const ingressPort = publishedPort(80);
  return {
    ...(site.role === "site" ? { ingress: { host: site.externalAddress, port: ingressPort } } : {}),
    dns: { host: site.externalAddress, port: publishedPort(53) },
    peering: {
      ...(site.role === "site" ? { ingress: { host: seen, port: ingressPort }, dataHost: seen } : {}),
      kubernetesApi: { host: seen, port: API_PORT },
    },
  };
}

/** The ports on which a site serves its peers, and so the ports that a link carries. */
export function linkedPorts(fleet: Fleet, role: "site" | "witness"): readonly number[] {
  if (role === "witness") return [API_PORT];
  const stores = fleet.stores.filter((store): store is PostgresqlStore => store.engine === "postgresql");
  return [...new Set([API_PORT, publishedPort(80), ...stores.map((store) => publishedPort(store.peeringPort))])];
}
