import type { Fleet, Member, SiteName } from "../../spec/index.ts";

/** Where a stage runs. */
export type Agent =
  /** One of the service's own machines, on the Internet. */
  | { readonly kind: "hosted" }
  /** Ours, which calls out by HTTPS and reaches the endpoints on the local network. */
  | { readonly kind: "self-hosted"; readonly pool: string };

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
  return { kind: "self-hosted", pool: poolFor(fleet, member.name) };
}

/** For what needs nothing but the repository, and public Azure where the fleet has anything there. */
export function agentForFleet(fleet: Fleet): Agent {
  if (hasHostedAgents(fleet) && !fleet.sites.every(isCutOff)) return { kind: "hosted" };
  return { kind: "self-hosted", pool: poolFor(fleet, fleet.delivery.stages[0]) };
}

function hasHostedAgents({ delivery }: Fleet): boolean {
  return delivery.kind !== "jenkins" && delivery.hosting === "services";
}

function isCutOff({ platform }: Pick<Member, "platform">): boolean {
  return platform.kind === "azure-stack-hub" && platform.connectivity === "disconnected";
}

/** The site's own; else that of a site that a link joins to it, whose agents reach it through the link; else any. */
function poolFor({ delivery, links, name }: Fleet, site: SiteName | undefined): string {
  const pools = delivery.selfHostedPools;
  const own = site === undefined ? undefined : pools[site];
  if (own !== undefined) return own;
  const joined = links.flatMap(({ between }) =>
    site !== undefined && between.includes(site) ? between.filter((each) => each !== site) : [],
  );
  const next = joined.map((each) => pools[each]).find((pool) => pool !== undefined);
  return next ?? Object.values(pools)[0] ?? `${name}-agents`;
}
