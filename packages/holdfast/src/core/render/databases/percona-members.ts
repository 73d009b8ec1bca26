import type { Fleet, MongodbMember, MongodbStore, SiteName } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { mongodbMembersAt } from "../kubernetes/index.ts";

/** A member with the pod that it is at its own site, and the address at which every site reaches it. */
export interface PlacedMember {
  readonly site: SiteName;
  readonly role: "voting" | "nonvoting" | "arbiter";
  readonly votes: 0 | 1;
  readonly priority: number;
  readonly pod: string;
  readonly host: string;
  readonly port: number;
}

/** Every member of the set, in the order of sites and ports. */
export function placedMembers(fleet: Fleet, store: MongodbStore): readonly PlacedMember[] {
  const priorities = wholePriorities(store);
  return membersOf(fleet).flatMap(({ name: site, addresses }) => {
    const { data, arbiters } = mongodbMembersAt(store, site);
    const host = addresses.peering.dataHost ?? site;
    const counts = { voting: 0, nonvoting: 0, arbiter: 0 };
    return [...data, ...arbiters].map((member, index): PlacedMember => {
      const role = member.role === "arbiter" ? "arbiter" : member.votes === 1 ? "voting" : "nonvoting";
      const pod = `${store.name}-${store.replicaSet}${SUFFIX[role]}-${counts[role]++}`;
      const priority = role === "voting" ? (priorities.get(member.priority) ?? 0) : 0;
      return { site, role, votes: member.votes, priority, pod, host, port: store.peeringPort + index };
    });
  });
}

const SUFFIX = { voting: "", nonvoting: "-nv", arbiter: "-arbiter" } as const;

/** The operator takes whole numbers only; where the file has others, their order is kept: it is all that an election looks at. */
function wholePriorities({ members }: MongodbStore): ReadonlyMap<number, number> {
  const given = [...new Set(members.map(({ priority }: MongodbMember) => priority))].sort((a, b) => a - b);
  const isWhole = given.every((priority) => Number.isInteger(priority));
  const positive = given.filter((priority) => priority > 0);
  return new Map(
    given.map((priority) => [priority, isWhole || priority === 0 ? priority : positive.indexOf(priority) + 1]),
  );
}

/** The site whose operator keeps the set's configuration: where the member stands that is preferred as primary. */
export function mainSite({ members }: MongodbStore): SiteName | undefined {
  return members.filter(({ role }) => role === "data").sort((a, b) => b.priority - a.priority)[0]?.site;
}
