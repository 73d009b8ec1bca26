import { membersOf } from "../../../spec/index.ts";
import type { Fleet, Member } from "../../../spec/index.ts";

/** The witness first: a store that has no third vote survives nothing. Then the sites as the file says. */
export function deployOrder(fleet: Fleet): readonly Member[] {
  const members = membersOf(fleet);
  const named = fleet.delivery.stages.flatMap((name) => members.filter((member) => member.name === name));
  return [...members.filter(({ role }) => role === "witness"), ...named.filter(({ role }) => role === "site")];
}
