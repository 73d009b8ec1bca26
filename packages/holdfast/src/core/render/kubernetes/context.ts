import { assert } from "../../../base/index.ts";
import type { Fleet, Network, Platform, SiteAddresses, SiteName } from "../../spec/index.ts";
import type { Identity } from "./labels.ts";

/** What every part of a site's rendering needs to know. */
export interface SiteContext {
  readonly fleet: Fleet;
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

/** `members` are membersOf(fleet), given so that a thousand sites do not each make them anew. */
export function siteContext(fleet: Fleet, name: SiteName, members: readonly Member[] = membersOf(fleet)): SiteContext {
  const self = members.find((member) => member.name === name);
  assert(self !== undefined, `${name} is a site of the fleet or its witness`);
  const { role, platform, addresses } = self;
  return { fleet, name, role, platform, addresses, peers: members.filter((member) => member !== self) };
}

export function identityOf(
  { fleet, name: site }: SiteContext,
  workload: Pick<Identity, "name" | "component" | "version">,
): Identity {
  const partOf = workload.component === "controller" ? "holdfast" : fleet.application.name;
  return { fleet: fleet.name, site, partOf, ...workload };
}
