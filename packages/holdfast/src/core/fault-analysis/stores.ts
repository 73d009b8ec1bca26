import type { Fleet, MongodbMember, MongodbStore, PostgresqlStore, SiteName, Store } from "../spec/index.ts";
import type { Parts } from "./parts.ts";
import type { Place, Places } from "./places.ts";
import type { Structure } from "./structure.ts";
import { all, ALWAYS, any, atLeast, NEVER } from "./structure.ts";
import { majorityOf, writeMajority } from "./write-concern.ts";

/** The servers of each store at each place: structures of the server alone, with the place under it. */
export class Servers {
  readonly #parts: Parts;
  readonly #fleet: Fleet;
  readonly #servers = new Map<string, Structure>();
  /** Members by their place in the file. */
  readonly #membersAt = new Map<string, number[]>();

  constructor(parts: Parts, fleet: Fleet) {
    this.#parts = parts;
    this.#fleet = fleet;
    for (const store of fleet.stores) {
      for (const [index, site] of sitesWithServers(store).entries()) {
        const key = `${store.name} ${site}`;
        this.#membersAt.set(key, [...(this.#membersAt.get(key) ?? []), index]);
      }
    }
  }

  addAt({ member, workers, whole }: Place): void {
    for (const [storeIndex, store] of this.#fleet.stores.entries()) {
      const here = this.#membersAt.get(`${store.name} ${member.name}`) ?? [];
      for (const [ordinal, index] of here.entries()) {
        const name = `${store.name}/${member.name}${here.length > 1 ? `/${ordinal + 1}` : ""}`;
        const server = this.#parts.need({
          kind: "database",
          name,
          label: `server ${here.length > 1 ? `${ordinal + 1} ` : ""}of ${store.name} at ${member.name}`,
          path: ["stores", storeIndex, store.engine === "postgresql" ? "sites" : "members", index],
          site: member.name,
          within: whole,
        });
        this.#servers.set(`${store.name} ${index}`, all(workers, server));
      }
    }
  }

  /** The server that the file names at this position. */
  of(store: Store, index: number): Structure {
    return this.#servers.get(`${store.name} ${index}`) ?? NEVER;
  }
}

/** Each once. */
export function serverSites(store: Store): ReadonlySet<SiteName> {
  return new Set(sitesWithServers(store));
}

/** One for each server, in the order of the file. */
function sitesWithServers(store: Store): readonly SiteName[] {
  return store.engine === "postgresql" ? store.sites : store.members.map(({ site }) => site);
}

/** What can be said of a store: where it can be read, who can be primary, who can take over. */
export interface StoreStructure {
  readonly store: Store;
  /** The site where the primary is while nothing has failed. */
  readonly preferred: SiteName;
  /** Whether the application at a site reaches a primary that acknowledges its writes. */
  writableFrom(site: SiteName): Structure;
  /**
   * The same once an operator has taken the votes of lost members away: a primary is there, and only what it waits for is not. Where
   * nobody can do that, as `writableFrom`.
   */
  writableByHandFrom(site: SiteName): Structure;
  /**
   * Whether the application at a site can read. `surely`: whatever the server there was before. Otherwise: if it was no primary, as a primary
   * that loses its lease closes its database for readers, too.
   */
  readableAt(site: SiteName, surely: boolean): Structure;
  /** Whether another site would be primary after the loss of the preferred one. */
  readonly takeover: Structure;
}

export function storeStructure(store: Store, servers: Servers, places: Places): StoreStructure {
  return store.engine === "postgresql"
    ? postgresqlStructure(store, servers, places)
    : mongodbStructure(store, servers, places);
}

/**
 * PostgreSQL under the site lease. A primary has to renew its lease with a majority of the voters, which are the API servers of
 * all places. Alone it goes on if the file says so; to take over, a standby must have been in sync, and it writes the endpoints
 * of the store through its own API server.
 */
function postgresqlStructure(store: PostgresqlStore, servers: Servers, places: Places): StoreStructure {
  const { sites, durability, whenAlone } = store;
  const [preferred] = sites as readonly [SiteName, ...SiteName[]];
  const server = (site: SiteName) => servers.of(store, sites.indexOf(site));
  const majority = majorityOf(places.all.length);
  const votesFor = memoized((site: SiteName) =>
    atLeast(
      majority,
      places.all.map(({ member, controlPlane }) => all(places.reach(site, member.name), controlPlane)),
    ),
  );
  const votesWithout = (site: SiteName, lost: SiteName) =>
    atLeast(
      majority,
      places.all
        .filter(({ member }) => member.name !== lost)
        .map(({ member, controlPlane }) => all(places.reach(site, member.name), controlPlane)),
    );
  const standbyOf = (site: SiteName, without?: SiteName) =>
    any(
      ...sites
        .filter((other) => other !== site && other !== without)
        .map((other) => all(server(other), places.reach(site, other))),
    );
  const mustWait = durability === "replicated" && whenAlone === "block";
  const holds = memoized((site: SiteName) => all(server(site), votesFor(site), ...(mustWait ? [standbyOf(site)] : [])));
  // With nobody in sync no other site may take over, so the primary stays where it began.
  const candidates = durability === "replicated" ? sites : [preferred];
  const writableFrom = memoized((from: SiteName) =>
    any(...candidates.map((site) => all(holds(site), places.reach(from, site)))),
  );
  return {
    store,
    preferred,
    writableFrom,
    writableByHandFrom: writableFrom,
    readableAt: (site, surely) => {
      if (!sites.includes(site)) return writableFrom(site);
      return surely ? all(server(site), votesFor(site)) : server(site);
    },
    takeover: any(
      ...candidates
        .filter((site) => site !== preferred)
        .map((site) =>
          all(
            server(site),
            places.reach(preferred, site),
            controlPlaneOf(places, site),
            votesWithout(site, preferred),
            ...(mustWait ? [standbyOf(site, preferred)] : []),
          ),
        ),
    ),
  };
}

/**
 * MongoDB elects a primary among the members that it can become, by a majority of all votes, and steps down without one. Reads go to the
 * primary, as the connection string that we render says nothing else. A write with `w: majority` is acknowledged once enough voting members
 * with data have it: an arbiter helps to elect a primary and acknowledges nothing, so that a primary may be there whose writes
 * wait until members are back, or until an operator takes their votes away. Without a primary only a forced reconfiguration
 * would help, which may lose acknowledged writes: that is no way back to count on.
 */
function mongodbStructure(store: MongodbStore, servers: Servers, places: Places): StoreStructure {
  const members = store.members.map((member, index) => ({ ...member, server: servers.of(store, index) }));
  const voting = members.filter(({ votes }) => votes === 1);
  const withData = voting.filter(({ role }) => role === "data");
  const candidates = [...new Set(members.filter(mayBePrimary).map(({ site }) => site))];
  const preferred = preferredSite(members);
  /** So many of them work and are reached from a site. */
  const reached = (count: number, of: readonly (typeof members)[number][], site: SiteName, lost?: SiteName) =>
    atLeast(
      count,
      of.filter((member) => member.site !== lost).map((member) => all(places.reach(site, member.site), member.server)),
    );
  const electedAt = (site: SiteName, lost?: SiteName) =>
    all(
      any(...members.filter((member) => mayBePrimary(member) && member.site === site).map(({ server }) => server)),
      reached(majorityOf(voting.length), voting, site, lost),
    );
  // Without an arbiter those who elect are those who acknowledge.
  const electorsSuffice = withData.length === voting.length;
  const acknowledgedAt = (site: SiteName, lost?: SiteName) =>
    electorsSuffice ? ALWAYS : reached(writeMajority(store), withData, site, lost);
  const elected = memoized((site: SiteName) => electedAt(site));
  const acknowledged = memoized((site: SiteName) => acknowledgedAt(site));
  const primaryFrom = memoized((from: SiteName) =>
    any(...candidates.map((site) => all(elected(site), places.reach(from, site)))),
  );
  return {
    store,
    preferred,
    writableFrom: electorsSuffice
      ? primaryFrom
      : memoized((from) =>
          any(...candidates.map((site) => all(elected(site), acknowledged(site), places.reach(from, site)))),
        ),
    writableByHandFrom: primaryFrom,
    readableAt: (site) => primaryFrom(site),
    takeover: any(
      ...candidates
        .filter((site) => site !== preferred)
        .map((site) => all(places.reach(preferred, site), electedAt(site, preferred), acknowledgedAt(site, preferred))),
    ),
  };
}

function mayBePrimary({ role, priority }: MongodbMember): boolean {
  return role === "data" && priority > 0;
}

/** Of those with the highest priority the first. */
function preferredSite(members: MongodbStore["members"]): SiteName {
  const [first, ...others] = members as readonly [MongodbMember, ...MongodbMember[]];
  return others.reduce((best, member) => (member.priority > best.priority ? member : best), first).site;
}

function controlPlaneOf(places: Places, site: SiteName): Structure {
  return places.byName.get(site)?.controlPlane ?? NEVER;
}

/** The same structure for the same site, so that it is looked at once. */
function memoized(make: (site: SiteName) => Structure): (site: SiteName) => Structure {
  const known = new Map<SiteName, Structure>();
  return (site) => {
    const structure = known.get(site) ?? make(site);
    known.set(site, structure);
    return structure;
  };
}
