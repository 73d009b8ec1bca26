import { newestReport } from "../api-contract/index.ts";
import type { StoreStatus as ReportedStore } from "../api-contract/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import { publishedPort } from "./network-plan.ts";
import type { SitePlan } from "./network-plan.ts";
import type { SiteObserver } from "./site-observer.ts";
import type { SiteProcess } from "./site-process.ts";
import type { SiteStatus, StoreStatus } from "./status.ts";

/** What the supervisor knows of one site. */
export interface ObservedSite {
  readonly plan: SitePlan;
  readonly process: Pick<SiteProcess, "state" | "since" | "kubeconfig" | "folder">;
  readonly observer?: Pick<SiteObserver, "pods" | "controller"> | undefined;
}

export function siteStatus({ plan, process, observer }: ObservedSite): SiteStatus {
  // What a site said before it went dark is not what it is now.
  const said = process.state === "running" ? observer : undefined;
  return {
    name: plan.name,
    role: plan.role,
    state: process.state,
    since: process.since.toISOString(),
    ...(plan.role === "site" ? { ingress: `${plan.externalAddress}:${publishedPort(80)}` } : {}),
    kubeconfig: process.kubeconfig,
    folder: process.folder,
    pods: said?.pods ?? [],
    verdicts: Object.fromEntries(
      Object.entries(said?.controller?.verdicts ?? {}).map(([site, { state }]) => [site, state]),
    ),
  };
}

/** Each store as its sites report it, the newest word first: what a site that is not running said is left out. */
export function storeStatuses(fleet: Fleet, observed: readonly ObservedSite[]): readonly StoreStatus[] {
  return fleet.stores.map(({ name }) => {
    const reports = observed.flatMap(({ plan, process, observer }) => {
      const store =
        process.state === "running" ? observer?.controller?.stores.find((each) => each.name === name) : undefined;
      return store ? [{ site: plan.name, store }] : [];
    });
    const newest = newestReport(reports)?.store;
    const { primary, term, phase, change, switchover } = newest ?? {};
    // Who the newest word says is primary, if it says so itself: one that came back may not know yet that it no longer is.
    const leader = reports.find(({ site, store }) => site === primary && store.term === term && phase === "serving");
    return {
      name,
      ...(primary !== undefined && { primary }),
      ...(term !== undefined && { term }),
      ...(phase !== undefined && { phase }),
      syncStandbys: newest?.syncStandbys ?? [],
      ...(change && { change }),
      ...(switchover && { switchover }),
      sites: reports.map(({ site, store }) => replicaStatus(site, store, leader?.store)),
      durability: leader?.store.durability ?? "unknown",
      reason: leader?.store.reason ?? "its primary's site does not report",
    };
  });
}

function replicaStatus(
  site: string,
  store: ReportedStore,
  primary: ReportedStore | undefined,
): StoreStatus["sites"][number] {
  const lagBytes = primary?.lag[site];
  return {
    site,
    role: store.role,
    ...(lagBytes === undefined ? {} : { lagBytes }),
    ...(store.streaming === undefined ? {} : { streaming: store.streaming }),
  };
}
