import { expect, it } from "vitest";
import type { StoreStatus } from "./status.ts";
import { StoreEvents } from "./store-events.ts";

const store: StoreStatus = {
  name: "ratings-db",
  primary: "seattle",
  term: 1,
  phase: "serving",
  syncStandbys: ["portland"],
  durability: "replicated",
  reason: "",
  sites: [],
};

it("tells a failover in three lines, and each of them once", () => {
  const events = new StoreEvents();
  const reason = "seattle has not renewed its lease for 1000 ms";
  const change = { kind: "failover", from: "seattle", reason, at: "2026-11-23T10:01:20.000Z" };
  const won = { ...store, primary: "portland", term: 2, change, syncStandbys: [], reason: "no standby is in sync" };
  const course: readonly StoreStatus[] = [
    store,
    { ...store, durability: "unknown" },
    { ...store, durability: "unknown", term: 2, phase: "electing" },
    { ...won, durability: "unknown" },
    { ...won, durability: "local-only" },
    { ...won, durability: "local-only" },
    // Seattle is back before portland's word is heard again.
    store,
    { ...won, syncStandbys: ["seattle"], durability: "replicated", reason: "" },
  ];
  expect(course.map((each) => events.next([each]))).toEqual([
    [],
    [],
    ["ratings-db: electing a new primary in term 2, seattle was primary"],
    [`ratings-db: portland is primary in term 2 (failover from seattle: ${reason})`],
    ["ratings-db: local-only, no standby is in sync"],
    [],
    [],
    ["ratings-db: replicated to seattle"],
  ]);
});

it("has no news of a store that nobody speaks of", () => {
  const events = new StoreEvents();
  const unknown: StoreStatus = { name: store.name, syncStandbys: [], durability: "unknown", reason: "", sites: [] };
  expect(events.next([unknown])).toEqual([]);
  expect(events.next([store])).toEqual([]);
});
