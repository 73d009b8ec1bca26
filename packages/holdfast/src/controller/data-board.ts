import { elapsedMs, instant } from "../base/index.ts";
import type { Clock, Instant } from "../base/index.ts";
import { isInStep } from "../core/failover/index.ts";
import type { Lease } from "../core/failover/index.ts";
import type { SiteName } from "../core/spec/index.ts";

/** For so long a site has to have been in step again until users are sent there: a link that flaps is not to take them along. */
const RETURN_MS = 5000;
/** Since before this controller began to look. */
const ALWAYS = instant(-Infinity);

interface StoreSight {
  readonly primary: SiteName;
  /** Sites that have everything, with since when. */
  readonly inStepSince: ReadonlyMap<SiteName, Instant>;
}

/** Where the data is that users need, as far as the leases tell: behind a cut link a site is up, and can serve nobody. */
export class DataBoard {
  readonly #clock: Clock;
  readonly #sitesOf: ReadonlyMap<string, readonly SiteName[]>;
  readonly #stores = new Map<string, StoreSight>();

  /** Only of stores whose commits wait for their standbys: elsewhere no standby is ever known to have everything. */
  constructor(stores: readonly { readonly name: string; readonly sites: readonly SiteName[] }[], clock: Clock) {
    this.#clock = clock;
    this.#sitesOf = new Map(stores.map(({ name, sites }) => [name, sites]));
  }

  /** Answers whether it is news. */
  see(store: string, { primary, syncStandbys }: Lease): boolean {
    const sites = this.#sitesOf.get(store);
    if (!sites) return false;
    const before = this.#stores.get(store);
    const now = this.#clock.now();
    const inStep = sites.filter((site) => isInStep({ primary, syncStandbys }, site));
    if (before?.primary === primary && inStep.join(" ") === [...before.inStepSince.keys()].join(" ")) return false;
    const since = (site: SiteName) => (before ? (before.inStepSince.get(site) ?? now) : ALWAYS);
    this.#stores.set(store, { primary, inStepSince: new Map(inStep.map((site) => [site, since(site)])) });
    return true;
  }

  /** Of a store that nobody has told of yet, every site may have everything. */
  isInStep(site: SiteName): boolean {
    return this.#sightsOf(site).every((sight) => sight.primary === site || this.#untilReturnMs(sight, site) === 0);
  }

  /** Until a site counts as in step that does not yet; undefined when none is on its way back. */
  restMs(): number | undefined {
    const rests = [...this.#stores.values()].flatMap((sight) =>
      [...sight.inStepSince.keys()].map((site) => this.#untilReturnMs(sight, site)),
    );
    const ahead = rests.filter((restMs) => restMs > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  #sightsOf(site: SiteName): readonly StoreSight[] {
    return [...this.#stores].flatMap(([store, sight]) => (this.#sitesOf.get(store)?.includes(site) ? [sight] : []));
  }

  #untilReturnMs({ inStepSince }: StoreSight, site: SiteName): number {
    const since = inStepSince.get(site);
    return since === undefined ? Infinity : Math.max(0, RETURN_MS - elapsedMs(since, this.#clock.now()));
  }
}
