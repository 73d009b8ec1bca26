import type { Fleet, Member, SiteName } from "../../spec/index.ts";

/** Where a stage runs. */
export type Agent =
  /** One of the service's own machines, on the Internet. */
  | { readonly kind: "hosted" }
  /** Ours, which calls out by HTTPS and reaches the endpoints on the local network. */
  | { readonly kind: "self-hosted"; readonly pool: string }
  /** Any site's will do: that of the site that the run is for, else the first whose site is not left out of the run. Two or more. */
  | { readonly kind: "self-hosted-anywhere"; readonly pools: readonly SitePool[] };

export interface SitePool {
  readonly site: string;
  readonly pool: string;
}

/** Which of a site's endpoints a stage talks to. */
export interface Endpoints {
  readonly management: boolean;
  readonly kubernetesApi: boolean;
}

/**
 * The pattern's two decisions. Each endpoint decides alone: what can be reached from the Internet, the service's own agents may
 * do. AKS Engine's scale, upgrade and rotate-certs need both, as they also drain nodes. A disconnected Hub and a server on
 * premises have none of the service's agents, and Jenkins never has any.
 */
export function agentFor(fleet: Fleet, member: Member, needs: Endpoints): Agent {
  const { internet } = member.network;
  const reachable =
    (!needs.management || internet.management) && (!needs.kubernetesApi || internet.kubernetesApi) && !isCutOff(member);
  if (reachable && hasHostedAgents(fleet)) return { kind: "hosted" };
  const own = fleet.delivery.selfHostedPools[member.name];
  return own === undefined ? anyPool(fleet, joinedTo(fleet, member.name)) : { kind: "self-hosted", pool: own };
}

/** For what needs nothing but the repository, and public Azure where the fleet has anything there. */
export function agentForFleet(fleet: Fleet): Agent {
  if (hasHostedAgents(fleet) && !fleet.sites.every(isCutOff)) return { kind: "hosted" };
  return anyPool(fleet, fleet.delivery.stages);
}

function hasHostedAgents({ delivery }: Fleet): boolean {
  return delivery.kind !== "jenkins" && delivery.hosting === "services";
}

function isCutOff({ platform }: Pick<Member, "platform">): boolean {
  return platform.kind === "azure-stack-hub" && platform.connectivity === "disconnected";
}

/** Sites that a link joins to it: their agents reach it through the link. */
function joinedTo({ links }: Fleet, site: SiteName): readonly SiteName[] {
  return links.flatMap(({ between }) => (between.includes(site) ? between.filter((each) => each !== site) : []));
}

/** One fixed pool would be one site whose loss stops what it has no part in, so every site's pool may stand in, in this order. */
function anyPool({ delivery, name }: Fleet, preferred: readonly string[]): Agent {
  const pools: Readonly<Record<string, string>> = delivery.selfHostedPools;
  const order = [...new Set([...preferred, ...Object.keys(pools)])];
  const known = order.flatMap((site) => {
    const pool = pools[site];
    return pool === undefined ? [] : [{ site, pool }];
  });
  const [first] = known;
  if (first === undefined || known.every(({ pool }) => pool === first.pool))
    return { kind: "self-hosted", pool: first?.pool ?? `${name}-agents` };
  return { kind: "self-hosted-anywhere", pools: known };
}
