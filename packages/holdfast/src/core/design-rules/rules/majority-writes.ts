import type { Fleet, MongodbStore } from "../../spec/index.ts";
import { defaultWriteConcern, writeMajority } from "../../fault-analysis/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

/**
 * An election counts votes, and an arbiter has one. A write that waits for a majority counts members that have it, and an
 * arbiter has nothing: so a set can elect a primary that can acknowledge nothing.
 */
export const majorityWrites: DesignRule = {
  id: "majority-writes",
  severity: "warning",
  requirements: ["R18", "R82", "R84"],
  asks: "After the loss of any one data centre, MongoDB has enough members with data for writes that wait for a majority.",
  why: "A primary is elected, and yet no such write is acknowledged until the lost members are back or an operator takes their votes away.",
  example: {
    broken: "- { site: azure-central, role: arbiter }",
    fixed: "- { site: denver }",
  },
  *check(fleet) {
    for (const [index, store] of fleet.stores.entries()) {
      if (store.engine === "mongodb") yield* checkStore(fleet, store, index);
    }
  },
};

function* checkStore(fleet: Fleet, store: MongodbStore, index: number): Iterable<Violation> {
  const buildings = new Map<string, string>(fleet.sites.map(({ name, location }) => [name, location.dataCentre]));
  const withData = store.members
    .filter(({ role, votes }) => role === "data" && votes === 1)
    .map(({ site }) => buildings.get(site) ?? site);
  const needed = writeMajority(store);
  const left = (place: string) => withData.filter((one) => one !== place).length;
  const places = [...new Set(withData)].filter((place) => left(place) < needed);
  const [first] = places;
  if (first === undefined) return;
  const waits = defaultWriteConcern(store) === "majority";
  yield {
    path: ["stores", index, "members"],
    message: `without ${places.join(" or ")} only ${left(first)} of ${withData.length} members with data are left, and a write that waits for a majority needs ${needed}: users read, and no such write is acknowledged until an operator takes the lost members' votes away${waits ? "" : "; with these members MongoDB lets a write that asks for nothing wait for the primary alone, and what only that has is lost with it"}`,
    hint: "Put members with data at three sites. With two, promise an `objectives.rto` that leaves a person time, and rehearse the act: rs.reconfig, votes: 0 for each member that is lost.",
  };
}
