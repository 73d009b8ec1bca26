import type { StoreStatus as ReportedStore } from "../api-contract/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import { publishedPort } from "./network-plan.ts";
import type { SitePlan } from "./network-plan.ts";
import type { SiteObserver } from "./site-observer.ts";
import type { SiteProcess, SiteState } from "./site-process.ts";
import type { TrafficFigures } from "./traffic-counter.ts";

/** What `holdfast lab status --format json` prints and the live view draws. Times are ISO 8601. */
export interface LabStatus {
  readonly fleet: string;
  readonly file: string;
  readonly supervisor: number;
  readonly phase: "starting" | "ready";
  readonly startedAt: string;
  /** From the command to everything ready; absent before that. */
  readonly readyAfterMs?: number;
  readonly url: string;
  readonly host: string;
  /** Who answers the name now, by DNS; empty when nobody does. */
  readonly answeredBy: readonly string[];
  readonly sites: readonly SiteStatus[];
  readonly links: readonly LinkStatus[];
  readonly stores: readonly StoreStatus[];
  /** Everything that came through the gateway. */
  readonly traffic: TrafficFigures;
  /** The built-in user's own requests, where it runs. */
  readonly user?: TrafficFigures;
  /** The last events, oldest first. */
  readonly events: readonly LabEventRecord[];
  /** Proportional set size of every process of the lab, in bytes. */
  readonly memoryBytes?: number;
}

export interface SiteStatus {
  readonly name: string;
  readonly role: "site" | "witness";
  readonly state: SiteState;
  readonly since: string;
  readonly ingress?: string;
  readonly kubeconfig: string;
  /** Everything of the site on this machine: its logs, its data. */
  readonly folder: string;
  readonly pods: readonly PodStatus[];
  /** This site's own verdicts on the sites, by name. */
  readonly verdicts: Readonly<Record<string, string>>;
}

export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** "Running", or what keeps the pod from it ("CrashLoopBackOff"). */
  readonly status: string;
  readonly restarts: number;
}

export interface LinkStatus {
  readonly between: readonly [string, string];
  readonly state: "up" | "cut";
}

export interface StoreStatus {
  readonly name: string;
  readonly primary?: string;
  readonly sites: readonly {
    readonly site: string;
    readonly role: string;
    readonly lagBytes?: number;
    readonly streaming?: boolean;
  }[];
  /** As the primary's site says it: `replicated`, `local-only` or `blocked`; `unknown` while nobody says it. */
  readonly durability: string;
  readonly reason: string;
}

export interface LabEventRecord {
  readonly at: string;
  readonly text: string;
}

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

/** Each store as its sites report it, the primary's word first: what a site that is not running said is left out. */
export function storeStatuses(fleet: Fleet, observed: readonly ObservedSite[]): readonly StoreStatus[] {
  return fleet.stores.map(({ name }) => {
    const reports = observed.flatMap(({ plan, process, observer }) => {
      const store =
        process.state === "running" ? observer?.controller?.stores.find((each) => each.name === name) : undefined;
      return store ? [{ site: plan.name as string, store }] : [];
    });
    const primary = reports.find(({ store }) => store.role === "primary");
    const named = primary?.site ?? reports.find(({ store }) => store.primary !== undefined)?.store.primary;
    return {
      name,
      ...(named === undefined ? {} : { primary: named }),
      sites: reports.map(({ site, store }) => replicaStatus(site, store, primary?.store)),
      durability: primary?.store.durability ?? "unknown",
      reason: primary?.store.reason ?? "its primary's site does not report",
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
