import { membersOf } from "../../spec/index.ts";
import type {
  Component,
  Fleet,
  MongodbMember,
  MongodbStore,
  PostgresqlStore,
  SiteName,
  Store,
} from "../../spec/index.ts";
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

/** A member by the name that every site and every client reaches it by, `host:port`: a replica set knows its members by one name each. */
export interface PlacedMember extends MongodbMember {
  readonly host: string;
}

/** All members of the set, in the order of sites and ports. */
export function placedMongodbMembers(fleet: Fleet, store: MongodbStore): readonly PlacedMember[] {
  return membersOf(fleet).flatMap(({ name, addresses }) => {
    const { data, arbiters } = mongodbMembersAt(store, name);
    const host = addresses.peering.dataHost ?? name;
    return [...data, ...arbiters].map((member, index) => ({ ...member, host: `${host}:${store.peeringPort + index}` }));
  });
}

/** The ports at which one site's servers of a store are reached by the other sites. */
export function peeringPorts(store: Store, site: SiteName): readonly number[] {
  const count = store.engine === "postgresql" ? 1 : store.members.filter((member) => member.site === site).length;
  return Array.from({ length: count }, (_, index) => store.peeringPort + index);
}

/** The MongoDB stores that a component talks to. */
export function mongodbStoresOf({ stores }: Fleet, { connectsTo }: Component): readonly MongodbStore[] {
  return stores.flatMap((store) => (store.engine === "mongodb" && connectsTo.includes(store.name) ? [store] : []));
}

/** Where a client's container has the authority of a store's servers; connection strings name it, so it is the same everywhere. */
export function authorityFile(store: string): string {
  return `${authorityFolder(store)}/ca.crt`;
}

export function authorityFolder(store: string): string {
  return `/etc/holdfast/${store}`;
}

export function storeNamed(fleet: Fleet, name: string): Store | undefined {
  return fleet.stores.find((store) => store.name === name);
}

export function isPostgresql(store: Store): store is PostgresqlStore {
  return store.engine === "postgresql";
}
