import { instant } from "../base/index.ts";
import type { Clock } from "../base/index.ts";
import type { SiteVerdict } from "../api-contract/index.ts";
import { probePaceMs, restore, step, unjudged } from "../core/health/index.ts";
import type { ProbeSample, SiteHealth, Thresholds, Verdict } from "../core/health/index.ts";
import type { SiteName } from "../core/spec/index.ts";

/** This observer's verdicts on the sites. */
export class HealthBoard {
  readonly #clock: Clock;
  readonly #thresholds: Thresholds;
  readonly #onTurn: (site: SiteName, health: SiteHealth) => void;
  /** `since` by the calendar, for people and over restarts; no verdict rests on it. */
  readonly #sites: Map<SiteName, { readonly health: SiteHealth; readonly since: string }>;

  /** `onTurn` is told each time a verdict has changed. */
  constructor(
    sites: readonly SiteName[],
    thresholds: Thresholds,
    clock: Clock,
    onTurn: (site: SiteName, health: SiteHealth) => void,
  ) {
    this.#clock = clock;
    this.#thresholds = thresholds;
    this.#onTurn = onTurn;
    const since = clock.wallTime().toISOString();
    this.#sites = new Map(sites.map((site) => [site, { health: unjudged(clock.now()), since }]));
  }

  /** Verdicts kept by the last run of this controller; sites that the fleet no longer has are forgotten. */
  restore(kept: Readonly<Record<string, SiteVerdict>>): void {
    for (const site of this.#sites.keys()) {
      const verdict = kept[site];
      if (!verdict || verdict.state === "unknown") continue;
      const ageMs = this.#clock.wallTime().getTime() - Date.parse(verdict.since);
      const began = instant(this.#clock.now() - (Number.isFinite(ageMs) ? ageMs : 0));
      const health = restore({ verdict: verdict.state, reason: verdict.reason }, this.#thresholds, began);
      this.#sites.set(site, { health, since: verdict.since });
    }
  }

  record(site: SiteName, sample: ProbeSample): void {
    const before = this.#sites.get(site);
    if (!before) return;
    const health = step(before.health, sample, this.#thresholds, this.#clock.now());
    const turned = health.verdict !== before.health.verdict;
    this.#sites.set(site, { health, since: turned ? this.#clock.wallTime().toISOString() : before.since });
    if (turned) this.#onTurn(site, health);
  }

  verdictOn(site: SiteName): Verdict {
    return this.#sites.get(site)?.health.verdict ?? "unknown";
  }

  /** Time until the next probe of the site. */
  paceMs(site: SiteName, intervalMs: number): number {
    const known = this.#sites.get(site);
    return known ? probePaceMs(known.health, intervalMs) : intervalMs;
  }

  verdicts(): Readonly<Record<string, SiteVerdict>> {
    const entries = [...this.#sites].map(([site, { health, since }]) => {
      return [site, { state: health.verdict, reason: health.reason, since }] as const;
    });
    return Object.fromEntries(entries);
  }
}
