import { quantityBytes } from "../../spec/index.ts";
import type { Store } from "../../spec/index.ts";
import type { ChangeRule, FleetChange } from "../change-rule.ts";
import { keptMongodb, keptStores } from "../kept.ts";

export const changeStoreIdentity: ChangeRule = {
  id: "change-store-identity",
  severity: "error",
  requirements: ["R74", "R82"],
  asks: "A store keeps its name, its engine, its database and its namespace.",
  why: "Under another one a new, empty store is made, and the application reads from it while the data lies in the old one.",
  *check(change) {
    const { before, after } = change;
    yield* removedStores(change);
    for (const { before: had, after: has, beforePath, afterPath } of keptStores(change)) {
      const settings: readonly (readonly [key: string, from: string, to: string])[] = [
        ["engine", had.engine, has.engine],
        ["database", had.database, has.database],
        ...(had.engine === "mongodb" && has.engine === "mongodb"
          ? [["replicaSet", had.replicaSet, has.replicaSet] as const]
          : []),
      ];
      for (const [key, from, to] of settings) {
        if (from === to) continue;
        yield {
          path: [...afterPath, key],
          before: [...beforePath, key],
          message: `the data of ${had.name} is in ${key} ${from}; ${to} would be new and empty`,
          hint: "Add a store of another name, move the data with the database's own tools, then remove this one.",
        };
      }
    }
    const [from, to] = [before.application.namespace, after.application.namespace];
    if (from !== to && keptStores(change).length > 0) {
      yield {
        path: ["application", "namespace"],
        before: ["application", "namespace"],
        message: `the volumes of ${keptStores(change)
          .map(({ after: { name } }) => name)
          .join(", ")} are in namespace ${from}; in ${to} the stores would be new and empty`,
        hint: `Keep ${from}: volumes cannot move to another namespace.`,
      };
    }
  },
};

function* removedStores({ before, after }: FleetChange) {
  const names = new Set(after.stores.map(({ name }) => name));
  const added = after.stores.filter(({ name }) => !before.stores.some((store) => store.name === name));
  for (const [index, store] of before.stores.entries()) {
    if (names.has(store.name)) continue;
    const renamed = added.find(({ engine, database }) => engine === store.engine && database === store.database);
    yield {
      ...(renamed === undefined ? { severity: "warning" as const } : {}),
      path: renamed === undefined ? ["stores"] : ["stores", after.stores.indexOf(renamed), "name"],
      before: ["stores", index, "name"],
      message:
        renamed === undefined
          ? `store ${store.name} is gone from the file, and its data with it`
          : `the data of ${store.name} is not in ${renamed.name}, which would be new and empty`,
      hint:
        renamed === undefined
          ? "Take a last backup first, and restore it somewhere to see that it can be read."
          : `Keep the name ${store.name}.`,
    };
  }
}

export const changeOnlyCopy: ChangeRule = {
  id: "change-only-copy",
  severity: "error",
  requirements: ["R74", "R97"],
  asks: "A site that is to have a store's data gets it from one that has it and stays.",
  why: "When every site with a copy leaves at once, nothing is left to copy from.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptStores(change)) {
      const holders = dataSites(before);
      const next = new Set(dataSites(after));
      if (holders.some((site) => next.has(site))) continue;
      const key = after.engine === "mongodb" ? "members" : "sites";
      const [where, verb] = [list(holders), holders.length === 1 ? "holds" : "hold"];
      yield {
        path: [...afterPath, key],
        before: [...beforePath, before.engine === "mongodb" ? "members" : "sites"],
        message: `only ${where} ${verb} the data of ${after.name}, and would leave before ${list([...next])} ${next.size === 1 ? "has" : "have"} it`,
        hint: `Add ${list([...next])} first, wait until it has caught up, then remove ${where}.`,
      };
    }
  },
};

export const changeStorage: ChangeRule = {
  id: "change-storage",
  severity: "error",
  requirements: ["R76", "R97"],
  asks: "A store's volumes only grow, in the storage class that they were made in.",
  why: "Kubernetes refuses to shrink a volume claim or to move it to another class.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptStores(change)) {
      const [had, has] = [before.storage, after.storage];
      if (quantityBytes(has.size) < quantityBytes(had.size)) {
        yield {
          path: [...afterPath, "storage", "size"],
          before: [...beforePath, "storage", "size"],
          message: `the volumes of ${after.name} have ${had.size}, and cannot shrink to ${has.size}`,
          hint: `Keep ${had.size}.`,
        };
      }
      if (had.className !== has.className) {
        yield {
          path: [...afterPath, "storage", "className"],
          before: [...beforePath, "storage", "className"],
          message: `the volumes of ${after.name} are of ${classOf(had)}, and cannot move to ${classOf(has)}`,
          hint: "Keep the class, or replace one site's copy after the other.",
        };
      }
    }
  },
};

export const changeMongodbVotes: ChangeRule = {
  id: "change-mongodb-votes",
  severity: "error",
  requirements: ["R84"],
  asks: "A replica set's votes change by one at a time.",
  why: "MongoDB refuses a reconfiguration that adds or removes more than one voting member: two majorities could then be apart.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptMongodb(change)) {
      const [had, has] = [votesBySite(before.members), votesBySite(after.members)];
      const changed = [...new Set([...had.keys(), ...has.keys()])]
        .map((site) => ({
          site,
          by: (has.get(site) ?? 0) - (had.get(site) ?? 0),
        }))
        .filter(({ by }) => by !== 0);
      if (changed.reduce((sum, { by }) => sum + Math.abs(by), 0) <= 1) continue;
      yield {
        path: [...afterPath, "members"],
        before: [...beforePath, "members"],
        message: `the votes of ${after.name} change by more than one: ${changed.map(({ site, by }) => `${site} ${by > 0 ? "+" : "−"}${Math.abs(by)}`).join(", ")}`,
        hint: "Change one vote, apply, wait until the members agree, then change the next.",
      };
    }
  },
};

function votesBySite(members: readonly { readonly site: string; readonly votes: 0 | 1 }[]): Map<string, number> {
  const votes = new Map<string, number>();
  for (const { site, votes: one } of members) votes.set(site, (votes.get(site) ?? 0) + one);
  return votes;
}

function dataSites(store: Store): string[] {
  if (store.engine === "postgresql") return [...store.sites];
  return [...new Set(store.members.filter(({ role }) => role === "data").map(({ site }) => site))];
}

function classOf({ className }: Store["storage"]): string {
  return className === undefined ? "the default class" : `class ${className}`;
}

function list(names: readonly string[]): string {
  return names.join(" and ");
}
