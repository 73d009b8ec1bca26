import type { Fleet, MongodbMember, MongodbStore, PostgresqlStore, SiteName, Store } from "../../spec/index.ts";
import type { Member, SiteContext } from "./context.ts";

export const POSTGRESQL_PORT = 5432;
export const AGENT_PORT = 8432;
export const MONGODB_PORT = 27017;

/** Names by convention; fleet.ts has the list. */
export const serviceNames = (store: string) => ({
  /** Where the primary is, here or at another site: the controller keeps its EndpointSlice. */
  readWrite: `${store}-rw`,
  /** This site's own server. */
  readOnly: `${store}-ro`,
  peering: `${store}-peering`,
});
export const secretNames = (store: string) => ({
  application: `${store}-app`,
  system: `${store}-system`,
  tls: `${store}-tls`,
});

/** The stores that have something at this site (at the witness: an arbiter). */
export function storesAt({ fleet, sitesOfStore, name }: SiteContext): readonly Store[] {
  return fleet.stores.filter((store) => sitesOfStore.get(store.name)?.has(name));
}

/** The other sites that have something of a store. */
export function peersWith({ peers, sitesOfStore }: SiteContext, store: Store): readonly Member[] {
  return peers.filter(({ name }) => sitesOfStore.get(store.name)?.has(name));
}

/** This site's members in the order of the file, data before arbiters: the place in it is the member's port. */
export function mongodbMembersAt(store: MongodbStore, site: SiteName) {
  const here = store.members.filter((member) => member.site === site);
  const of = (role: MongodbMember["role"]) => here.filter((member) => member.role === role);
  return { data: of("data"), arbiters: of("arbiter") };
}

/** The ports at which one site's servers of a store are reached by the other sites. */
export function peeringPorts(store: Store, site: SiteName): readonly number[] {
  const count = store.engine === "postgresql" ? 1 : store.members.filter((member) => member.site === site).length;
  return Array.from({ length: count }, (_, index) => store.peeringPort + index);
}

export function storeNamed(fleet: Fleet, name: string): Store | undefined {
  return fleet.stores.find((store) => store.name === name);
}

export function isPostgresql(store: Store): store is PostgresqlStore {
  return store.engine === "postgresql";
}
