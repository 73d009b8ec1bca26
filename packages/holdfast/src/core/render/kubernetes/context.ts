import { assert } from "../../../base/index.ts";
import type { Fleet, Network, Platform, SiteAddresses, SiteName } from "../../spec/index.ts";
import type { Identity } from "./labels.ts";

/** What every part of a site's rendering needs to know. */
export interface SiteContext {
  readonly fleet: Fleet;
  /** By the store's name; the witness is among them where it has an arbiter. */
  readonly sitesOfStore: ReadonlyMap<string, ReadonlySet<SiteName>>;
  readonly name: SiteName;
  readonly role: "site" | "witness";
  readonly platform: Platform;
  readonly addresses: SiteAddresses;
  /** The other sites and the witness, in the order of the file. */
  readonly peers: readonly Member[];
}

export interface Member {
  readonly name: SiteName;
  readonly role: "site" | "witness";
  readonly platform: Platform;
  readonly addresses: SiteAddresses;
  readonly network: Network;
}

/** Where the controller lives, at every site and at the witness. */
export const SYSTEM_NAMESPACE = "holdfast-system";

/** The sites and then the witness: each has a folder and a cluster of its own. */
export function membersOf(fleet: Fleet): readonly Member[] {
  return [
    ...fleet.sites.map((site) => ({ ...site, role: "site" as const })),
    ...(fleet.witness === undefined ? [] : [{ ...fleet.witness, role: "witness" as const }]),
  ];
}

/** The fleet with what all its sites look up in it: made once, so that the work grows with the sites and not with their square. */
export interface FleetIndex {
  readonly fleet: Fleet;
  readonly members: readonly Member[];
  readonly sitesOfStore: ReadonlyMap<string, ReadonlySet<SiteName>>;
}

export function indexFleet(fleet: Fleet): FleetIndex {
  const sitesOfStore = new Map(
    fleet.stores.map((store) => [
      store.name,
      new Set(store.engine === "postgresql" ? store.sites : store.members.map(({ site }) => site)),
    ]),
  );
  return { fleet, members: membersOf(fleet), sitesOfStore };
}

export function siteContext({ fleet, members, sitesOfStore }: FleetIndex, name: SiteName): SiteContext {
  const self = members.find((member) => member.name === name);
  assert(self !== undefined, `${name} is a site of the fleet or its witness`);
  const { role, platform, addresses } = self;
  const peers = members.filter((member) => member !== self);
  return { fleet, sitesOfStore, name, role, platform, addresses, peers };
}

export function identityOf(
  { fleet, name: site }: SiteContext,
  workload: Pick<Identity, "name" | "component" | "version">,
): Identity {
  const partOf = workload.component === "controller" ? "holdfast" : fleet.application.name;
  return { fleet: fleet.name, site, partOf, ...workload };
}
