import type { AzureStackHub, Cluster, Fleet, Site } from "../spec/index.ts";
import { hubEndpoints } from "./hub-endpoints.ts";

/** A site on an Azure Stack Hub whose cluster AKS Engine builds. */
export type HubSite = Site & { readonly platform: AzureStackHub; readonly cluster: Cluster };

/** Sites whose clusters stand in one subscription of one Hub: they share its quotas and limits. */
export interface Subscription {
  /** `<region>.<suffix>` */
  readonly hub: string;
  readonly name: string;
  /** In the order of the file, each with its place there. */
  readonly sites: readonly { readonly site: HubSite; readonly index: number }[];
}

/** Sites whose clusters AKS Engine builds, in the order of the file, each with its place there. */
export function hubSitesOf({ sites }: Pick<Fleet, "sites">): Subscription["sites"] {
  return sites.flatMap((site, index) => (isHubSite(site) ? [{ site, index }] : []));
}

export function subscriptionsOf(fleet: Pick<Fleet, "sites">): readonly Subscription[] {
  const subscriptions = new Map<string, Subscription>();
  for (const { site, index } of hubSitesOf(fleet)) {
    const { hub } = hubEndpoints(site.platform);
    const name = site.platform.subscription;
    // Resource Manager compares names and ids without case.
    const key = `${hub} ${name.toLowerCase()}`;
    const earlier = subscriptions.get(key) ?? { hub, name, sites: [] };
    subscriptions.set(key, { ...earlier, sites: [...earlier.sites, { site, index }] });
  }
  return [...subscriptions.values()];
}

export function isHubSite(site: Site): site is HubSite {
  return site.platform.kind === "azure-stack-hub" && site.cluster !== undefined;
}
