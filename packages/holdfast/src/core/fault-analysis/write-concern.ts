import type { MongodbStore } from "../spec/index.ts";

/**
 * When MongoDB acknowledges a write. The fleet is counted on the applications' asking for `w: majority`, as ours does: then nothing that
 * was acknowledged is lost with any one place, and an arbiter, which has nothing, acknowledges nothing.
 */

/**
 * So many voting members with data have to have a write before a majority is said to have it, as `writeMajorityCount` of rs.status():
 * mongodb.com/docs/manual/reference/write-concern/#calculating-majority-for-write-concern
 */
export function writeMajority({ members }: MongodbStore): number {
  const voting = members.filter(({ votes }) => votes === 1);
  return Math.min(majorityOf(voting.length), voting.filter(({ role }) => role === "data").length);
}

/** What MongoDB 5 and later take where the application asks for nothing: mongodb.com/docs/manual/reference/mongodb-defaults. */
export function defaultWriteConcern({ members }: MongodbStore): "majority" | "one" {
  const voting = members.filter(({ votes }) => votes === 1);
  const arbiters = voting.filter(({ role }) => role === "arbiter").length;
  return arbiters > 0 && voting.length - arbiters <= majorityOf(voting.length) ? "one" : "majority";
}

/** More than half. */
export function majorityOf(votes: number): number {
  return Math.floor(votes / 2) + 1;
}
