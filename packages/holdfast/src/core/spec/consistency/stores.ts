import type { Fleet, MongodbStore, Store } from "../fleet.ts";
import { checkResources } from "./application.ts";
import type { Contradiction } from "./contradiction.ts";

export function checkStores(fleet: Fleet): Contradiction[] {
  return [
    ...fleet.stores.flatMap((store, index) => [
      ...checkResources(store.resources, ["stores", index, "resources"]),
      ...(store.engine === "mongodb" ? checkMembers(store, index, fleet) : []),
    ]),
    ...checkPeeringPorts(fleet.stores),
  ];
}

function* checkMembers(store: MongodbStore, index: number, { witness }: Fleet): Iterable<Contradiction> {
  for (const [position, member] of store.members.entries()) {
    const path = ["stores", index, "members", position];
    if (member.role === "data" && member.site === witness?.name) {
      yield {
        path: [...path, "site"],
        message: "the witness holds no data, so its member must be an arbiter",
        hint: "Write role: arbiter, or make the place a site.",
      };
    }
    if (member.role === "arbiter" && member.priority !== 0) {
      yield { path: [...path, "priority"], message: "an arbiter cannot become primary: its priority is 0" };
    }
    if (member.votes === 0 && member.priority !== 0) {
      yield { path: [...path, "votes"], message: "a member without a vote must have priority 0" };
    }
  }
  const voting = store.members.filter((member) => member.votes === 1).length;
  if (voting > 7 || voting === 0) {
    yield {
      path: ["stores", index, "members"],
      message: `a replica set has 1 to 7 voting members, this one has ${voting}`,
    };
  }
}

/** All stores of a site listen at the same host for the other sites. MongoDB members of a site take consecutive ports. */
function* checkPeeringPorts(stores: readonly Store[]): Iterable<Contradiction> {
  const taken = new Map<string, number>();
  for (const [index, store] of stores.entries()) {
    for (const [site, count] of membersBySite(store)) {
      for (let port = store.peeringPort; port < store.peeringPort + count; port += 1) {
        const earlier = taken.get(`${site}:${port}`);
        if (earlier !== undefined && earlier !== index) {
          yield {
            path: ["stores", index, "peeringPort"],
            message: `port ${port} at site ${site} belongs to another store`,
            hint: "Give one of them another peeringPort.",
            other: { path: ["stores", earlier], message: "this store" },
          };
          return;
        }
        taken.set(`${site}:${port}`, index);
      }
    }
  }
}

function membersBySite(store: Store): Map<string, number> {
  const sites = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
  const counts = new Map<string, number>();
  for (const site of sites) counts.set(site, (counts.get(site) ?? 0) + 1);
  return counts;
}
