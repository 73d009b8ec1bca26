import type { Protection } from "../core/data-protection/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../core/spec/index.ts";
import type { DatabaseState, DesiredDatabase, PrimaryRecord } from "../ports/index.ts";

/** What this site's database is to be, by the register and (for a primary) by what its standbys are doing. */
export function desiredDatabase(
  fleet: Pick<Fleet, "sites">,
  store: PostgresqlStore,
  self: SiteName,
  { primary, term }: PrimaryRecord,
  protection: Protection,
): DesiredDatabase {
  if (primary === self) {
    const standbys = store.sites.filter((site) => site !== self);
    return { role: "primary", term, standbys, syncStandbys: protection.syncStandbys };
  }
  const host = fleet.sites.find((site) => site.name === primary)?.addresses.peering.dataHost;
  // Nobody to follow: then nobody may write here either.
  if (host === undefined) return { role: "fenced", term, standbys: [], syncStandbys: [] };
  return { role: "standby", term, upstream: { host, port: store.peeringPort }, standbys: [], syncStandbys: [] };
}

/** Is the database as it should be, as far as it says? Whom it follows it does not say: that is told when it changes. */
export function isAsDesired(state: DatabaseState, desired: DesiredDatabase): boolean {
  const same = (a: readonly string[], b: readonly string[]) => a.toSorted().join() === b.toSorted().join();
  return state.role === desired.role && state.term === desired.term && same(state.syncStandbys, desired.syncStandbys);
}
