import { describe, expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import type { Reading } from "../../core/quorum/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import { LeaseView } from "./lease-view.ts";

const lease = (term: number, revision: number, renewal: number, change: Partial<Lease> = {}): Lease => ({
  term,
  revision,
  renewal,
  phase: "serving",
  primary: "seattle" as SiteName,
  syncStandbys: ["portland" as SiteName],
  joining: {},
  established: true,
  change: { kind: "begun", reason: "", at: "" },
  ...change,
});
const at = (ms: number) => instant(ms);
const reading = (kind: "decided" | "undecided", value: Lease): Reading<Lease> => ({
  kind,
  register: { voters: {}, value },
  ballot: { n: 1, by: "p" },
});
const moment = (view: LeaseView) => `${view.watch?.moment ?? "none"} since ${view.watch?.stillSince ?? "never"}`;

function viewOf(first: Lease): LeaseView {
  const view = new LeaseView();
  view.decided(first, at(0));
  return view;
}

describe("what a site knows of a lease", () => {
  it("moves with every renewal that its own voter shows, without a reading", () => {
    const view = viewOf(lease(5, 7, 0));
    expect(view.heard(lease(5, 7, 1), at(200))).toBe("known");
    expect([view.lease?.renewal, moment(view), view.stillForMs(at(900))]).toEqual([1, "5.7.1 since 200", 700]);
  });

  it("is what is decided: a change that its own voter shows may never be", () => {
    const view = viewOf(lease(5, 7, 3));
    expect(view.heard(lease(5, 8, 0, { syncStandbys: [] }), at(200))).toBe("known");
    expect(view.lease?.revision).toBe(7);
    view.heard(lease(5, 8, 1, { syncStandbys: [] }), at(400));
    expect(view.lease?.revision).toBe(8);
  });

  it("takes a reading for a new term, unless it has been renewed already", () => {
    const view = viewOf(lease(5, 7, 3));
    expect(view.heard(lease(6, 8, 0, { phase: "electing" }), at(200))).toBe("read");
    expect(view.lease?.term).toBe(5);
    expect(view.read(reading("undecided", lease(6, 8, 0, { phase: "electing" })), at(300))).toBe(false);
    expect(view.heard(lease(6, 9, 1), at(400))).toBe("known");
    expect(view.lease).toMatchObject({ term: 6, revision: 9 });
  });

  // Found by `holdfast simulate`, seed 1, run 5487: a renewal that only the witness had was lost when its cluster was restored from a backup, and
  // the next one had the same number. The standby, who had seen the lost one, took the lease for one that had not moved for long.
  it("does not take a new value for one that was lost with its voter, though the numbers are the same", () => {
    const view = viewOf(lease(5, 7, 16, { stamp: "a.1" }));
    view.read(reading("undecided", lease(5, 7, 17, { stamp: "a.2" })), at(100));
    expect(view.heard(lease(5, 7, 16, { stamp: "a.1" }), at(1900))).toBe("known");
    expect(view.heard(lease(5, 7, 17, { stamp: "a.3" }), at(2000))).toBe("known");
    expect([moment(view), view.stillForMs(at(2100))]).toEqual(["5.7.17 a.3 since 2000", 100]);
  });

  it("never goes back", () => {
    const view = viewOf(lease(5, 7, 3));
    view.heard(lease(4, 6, 9), at(200));
    expect(view.decided(lease(5, 7, 2), at(300))).toBe(false);
    expect(view.read(reading("decided", lease(5, 6, 9)), at(400))).toBe(false);
    expect([view.lease?.renewal, moment(view)]).toEqual([3, "5.7.3 since 0"]);
  });
});

describe("how long nothing has moved", () => {
  it("counts from what was seen last, decided or not", () => {
    const view = viewOf(lease(5, 7, 3));
    view.read(reading("undecided", lease(5, 8, 0)), at(300));
    expect([moment(view), view.stillForMs(at(1000))]).toEqual(["5.7.3 since 300", 700]);
    view.read(reading("decided", lease(5, 8, 0)), at(600));
    expect(moment(view)).toBe("5.8.0 since 300");
  });

  it("is not misled by an election of its own that came to nothing", () => {
    const view = viewOf(lease(5, 7, 3));
    view.heard(lease(6, 8, 0, { phase: "electing" }), at(1000));
    for (let renewal = 4; renewal < 10; renewal++) view.heard(lease(5, 7, renewal), at(1000 + renewal));
    expect([view.lease?.term, moment(view), view.stillForMs(at(2009))]).toEqual([5, "5.7.9 since 1009", 1000]);
  });

  it("is for ever while nothing is known", () => {
    expect(new LeaseView().stillForMs(at(5))).toBe(Infinity);
  });
});
