import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { StoreStatus as ReportedStore } from "../api-contract/index.ts";
import { unwrap } from "../base/index.ts";
import { parseFleet } from "../core/spec/index.ts";
import { storeStatuses } from "./observed-status.ts";
import type { ObservedSite } from "./observed-status.ts";

const file = new URL("../../../../examples/ratings/holdfast.yaml", import.meta.url);
const fleet = unwrap(parseFleet(readFileSync(file, "utf8"), "holdfast.yaml"));

function observed(site: string, store: Partial<ReportedStore>, state = "running"): ObservedSite {
  const said = { name: "ratings-db", role: "standby", syncStandbys: [], lag: {}, reason: "", ...store };
  const controller = { site, role: "site", verdicts: {}, answers: {}, stores: [said] };
  return { plan: { name: site }, process: { state }, observer: { pods: [], controller } } as unknown as ObservedSite;
}

const leads: Partial<ReportedStore> = {
  primary: "seattle",
  term: 5,
  phase: "serving",
  role: "primary",
  durability: "replicated",
  syncStandbys: ["portland"],
  lag: { portland: 12 },
};
const follows: Partial<ReportedStore> = { primary: "seattle", term: 5, phase: "serving", streaming: true };

it("takes the primary's word, with how far each standby is", () => {
  expect(storeStatuses(fleet, [observed("seattle", leads), observed("portland", follows)])).toEqual([
    {
      name: "ratings-db",
      primary: "seattle",
      term: 5,
      phase: "serving",
      syncStandbys: ["portland"],
      durability: "replicated",
      reason: "",
      sites: [
        { site: "seattle", role: "primary" },
        { site: "portland", role: "standby", lagBytes: 12, streaming: true },
      ],
    },
  ]);
});

it("does not take the word of one that was away, or that is dark", () => {
  const change = { kind: "failover", from: "seattle", reason: "silence", at: "2026-11-23T10:01:20.000Z" } as const;
  const won = { ...leads, primary: "portland", term: 6, change, syncStandbys: [], durability: "local-only" } as const;
  const [back] = storeStatuses(fleet, [observed("seattle", leads), observed("portland", won)]);
  expect(back).toMatchObject({ primary: "portland", term: 6, durability: "local-only", change });
  const [dark] = storeStatuses(fleet, [observed("seattle", leads), observed("portland", won, "frozen")]);
  expect(dark).toMatchObject({ primary: "seattle", term: 5 });
});

it("knows of an election, and that nobody says how safe a write is in it", () => {
  const electing = {
    primary: "seattle",
    term: 6,
    phase: "electing",
    role: "fenced",
    syncStandbys: ["portland"],
  } as const;
  const [store] = storeStatuses(fleet, [observed("seattle", leads, "down"), observed("portland", electing)]);
  expect(store).toMatchObject({ primary: "seattle", term: 6, phase: "electing", durability: "unknown" });
});

it("says so when nobody reports", () => {
  expect(storeStatuses(fleet, [])).toEqual([
    {
      name: "ratings-db",
      syncStandbys: [],
      sites: [],
      durability: "unknown",
      reason: "its primary's site does not report",
    },
  ]);
});
