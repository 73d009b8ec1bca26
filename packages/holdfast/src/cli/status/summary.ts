import { newestReport } from "../../api-contract/index.ts";
import type { StoreReport, StoreStatus } from "../../api-contract/index.ts";
import type { Fleet, PostgresqlStore } from "../../core/spec/index.ts";
import type { SiteAnswer } from "../ask-sites.ts";

/** What `holdfast status --format json` prints. */
export interface FleetSummary {
  readonly fleet: string;
  readonly sites: readonly SiteSummary[];
  readonly stores: readonly StoreSummary[];
}

export interface SiteSummary {
  readonly site: string;
  readonly role: "site" | "witness";
  readonly responds: boolean;
  /** Why it does not. */
  readonly trouble?: string;
  /** Its own verdict on every site. */
  readonly verdicts: Readonly<Record<string, string>>;
  /** What it answers to DNS, by name. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

/** What a site says of its own database, and of others' as it sees them. */
const OF_ONE_SITE = ["role", "lag", "position", "streaming"] as const;

/** By the word of the site that knows most. */
export interface StoreSummary extends Omit<StoreStatus, (typeof OF_ONE_SITE)[number] | "reason"> {
  /** Of those, the primary's: why things are not as they should be. */
  readonly reason: string;
  readonly sites: readonly StoreAtSite[];
  /** Sites of the store of which nothing is known. */
  readonly silent: readonly string[];
}

export interface StoreAtSite {
  readonly site: string;
  readonly role: StoreStatus["role"];
  /** It does not know the newest term yet; then what it says is of the past. */
  readonly behind: boolean;
  readonly term?: number;
  readonly streaming?: boolean;
  /** As the primary's site says it. */
  readonly lagBytes?: number;
  readonly position?: string;
  readonly reason: string;
}

export function summarize(
  { name, stores }: Pick<Fleet, "name" | "stores">,
  answers: readonly SiteAnswer[],
): FleetSummary {
  const kept = stores.filter((store): store is PostgresqlStore => store.engine === "postgresql");
  return {
    fleet: name,
    sites: answers.map(summarizeSite),
    stores: kept.map((store) => summarizeStore(store, answers)),
  };
}

function summarizeSite({ place, status, trouble }: SiteAnswer): SiteSummary {
  const verdicts = Object.entries(status?.verdicts ?? {}).map(([site, { state }]) => [site, state] as const);
  return {
    site: place.name,
    role: place.role,
    responds: status !== undefined,
    ...(trouble !== undefined && { trouble }),
    verdicts: Object.fromEntries(verdicts),
    answers: status?.answers ?? {},
  };
}

function summarizeStore({ name, sites }: PostgresqlStore, answers: readonly SiteAnswer[]): StoreSummary {
  const reports = answers.flatMap(({ place, status }): readonly StoreReport[] => {
    const store = status?.stores.find((each) => each.name === name);
    return store ? [{ site: place.name, store }] : [];
  });
  const silent = sites.filter((site) => !reports.some((report) => report.site === site));
  const newest = newestReport(reports);
  if (!newest) return { name, syncStandbys: [], reason: "none of its sites reports on it", sites: [], silent };
  const { term, lag } = newest.store;
  return {
    ...wordOf(newest.store),
    sites: reports.map((report) => atSite(report, term, lag)),
    silent,
  };
}

function wordOf(store: StoreStatus): Omit<StoreStatus, (typeof OF_ONE_SITE)[number]> {
  const entries = Object.entries(store).filter(([key]) => !(OF_ONE_SITE as readonly string[]).includes(key));
  return Object.fromEntries(entries) as unknown as StoreStatus;
}

function atSite({ site, store }: StoreReport, newestTerm: number | undefined, lag: StoreStatus["lag"]): StoreAtSite {
  const { role, term, streaming, position, reason } = store;
  const lagBytes = lag[site];
  return {
    site,
    role,
    behind: newestTerm !== undefined && term !== newestTerm,
    ...(term !== undefined && { term }),
    ...(streaming !== undefined && { streaming }),
    ...(lagBytes !== undefined && { lagBytes }),
    ...(position !== undefined && { position }),
    reason,
  };
}
