import type { Fleet, SiteName, Store } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";

/** Sites that hold a store's data. */
export function dataSitesOf(store: Store | undefined): readonly SiteName[] {
  if (store === undefined) return [];
  if (store.engine === "postgresql") return store.sites;
  return [...new Set(store.members.filter(({ role }) => role === "data").map(({ site }) => site))];
}

/**
 * `1 of 3 votes`: on the lease of PostgreSQL stores, where every site and the witness has one; else on who is primary of the first
 * replica set. Absent: nobody votes on anything.
 */
export function votesOf(fleet: Fleet, site: SiteName): string | undefined {
  if (fleet.stores.some((store) => store.engine === "postgresql" && store.sites.length > 1))
    return counted(1, membersOf(fleet).length);
  const replicaSet = fleet.stores.find((store) => store.engine === "mongodb");
  if (replicaSet === undefined) return undefined;
  const votes = (members: typeof replicaSet.members) => members.reduce((sum, { votes: one }) => sum + one, 0);
  return counted(votes(replicaSet.members.filter((member) => member.site === site)), votes(replicaSet.members));
}

function counted(votes: number, all: number): string {
  return `${votes} of ${all} votes`;
}
