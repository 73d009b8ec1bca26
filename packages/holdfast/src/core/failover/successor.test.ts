import { describe, expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import { momentOf, nextAsSuccessor, patienceMs, watchLease } from "./index.ts";
import type { DatabaseSight, Lease, LeaseWatch } from "./index.ts";
import { at, electing, portland, seattle, serving, settings, tacoma } from "./testing/samples.ts";

const own = { ...settings, self: portland };
const third = { ...settings, self: tacoma, sites: [seattle, portland, tacoma] };
const fenced: DatabaseSight = {
  role: "fenced",
  term: 6,
  settledRevision: 1,
  revision: 8,
  position: "0/9",
  syncStandbys: [],
  replicas: [],
  clock: { id: "1", nowMs: 0 },
};
const standby: DatabaseSight = { ...fenced, role: "standby", term: 5, revision: 7 };

/** What it does about a lease that was first seen at 0 and has not moved since. */
function after(ms: number, lease: Lease, database: DatabaseSight | undefined = standby, chosen = own) {
  return nextAsSuccessor(watchLease(undefined, lease, instant(0)), lease, database, chosen, at, instant(ms));
}

describe("a lease that does not move", () => {
  it("is taken by a site in sync after its whole time (R18)", () => {
    expect(after(999, serving())).toBeUndefined();
    expect(after(1000, serving())).toEqual({
      kind: "elect",
      by: portland,
      moment: momentOf(serving()),
      reason: "seattle has not renewed its lease for 1000 ms",
    });
  });

  it("is taken by nobody who may lack something", () => {
    expect(after(60_000, serving({ syncStandbys: [] }))).toBeUndefined();
    expect(after(60_000, serving({ syncStandbys: [], joining: { [portland]: 7 } }))).toBeUndefined();
    expect(after(60_000, serving(), standby, third)).toBeUndefined();
  });

  it("is tried by one site after the other", () => {
    const both = serving({ syncStandbys: [portland, tacoma] });
    expect([patienceMs(both, own), patienceMs(both, third)]).toEqual([1000, 1150]);
    const candidates = electing({ candidates: [seattle, portland, tacoma] });
    expect([settings, own, third].map((each) => patienceMs(candidates, each))).toEqual([3000, 3150, 3300]);
  });
});

describe("the watch on a lease", () => {
  it("counts from when it last moved", () => {
    const looks = [0, 200, 400, 900].reduce<LeaseWatch | undefined>((watch, ms) => {
      return watchLease(watch, serving({ renewal: Math.min(ms, 400) }), instant(ms));
    }, undefined);
    expect(looks).toEqual({ moment: "5.7.400", stillSince: 400 });
  });

  it("counts an election from its beginning, whatever is reported in it", () => {
    const begun = watchLease(undefined, electing(), instant(0));
    const reported = watchLease(begun, electing({}, { revision: 9 }), instant(500));
    expect(reported).toEqual({ moment: "6.9.0", stillSince: 500, electing: { term: 6, since: 0 } });
    const again = watchLease(reported, electing({}, { term: 7 }), instant(900));
    expect(again.electing).toEqual({ term: 7, since: 900 });
    expect(watchLease(again, serving({ term: 7 }), instant(950)).electing).toBeUndefined();
  });
});

describe("in an election a candidate", () => {
  const report = { kind: "report", by: portland, term: 6, position: "0/9", conclude: false, at };

  it("reports once it receives nothing more and knows how far it is", () => {
    expect(after(0, electing(), fenced)).toEqual(report);
    expect(after(100, electing(), undefined)).toBeUndefined();
    for (const unready of [
      standby,
      { ...fenced, role: "standby" },
      { ...fenced, term: 5 },
      { ...fenced, position: undefined },
    ] as DatabaseSight[])
      expect(after(100, electing(), unready)).toBeUndefined();
  });

  it("says it once, and again when it is not the same", () => {
    expect(after(100, electing({ reports: { [portland]: "0/9" } }), fenced)).toBeUndefined();
    expect(after(100, electing({ reports: { [portland]: "0/8" } }), fenced)).toEqual(report);
  });

  it("waits for others no longer than the file's lease allows, then ends it", () => {
    const waiting = electing({ candidates: [seattle, portland, tacoma], reports: { [portland]: "0/9" } });
    expect(after(1999, waiting, fenced)).toBeUndefined();
    expect(after(2000, waiting, fenced)).toEqual({ ...report, conclude: true });
  });

  it("begins it again when it came to nothing, for example because no database answers", () => {
    expect(after(3149, electing(), undefined)).toBeUndefined();
    expect(after(3150, electing(), undefined)).toMatchObject({
      kind: "elect",
      moment: "6.8.0",
      reason: "the election of term 6 came to nothing",
    });
  });

  it("takes part also as the old primary, and does not where it is none", () => {
    expect(after(0, electing(), fenced, settings)).toMatchObject({ kind: "report", by: seattle });
    expect(after(60_000, electing(), fenced, third)).toBeUndefined();
    expect(after(60_000, electing({ candidates: [portland] }), fenced, settings)).toBeUndefined();
  });
});
