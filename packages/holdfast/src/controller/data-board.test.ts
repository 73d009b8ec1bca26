import { describe, expect, it } from "vitest";
import { instant } from "../base/index.ts";
import type { Clock } from "../base/index.ts";
import { firstLease } from "../core/failover/index.ts";
import type { Lease } from "../core/failover/index.ts";
import type { SiteName } from "../core/spec/index.ts";
import { DataBoard } from "./data-board.ts";

const [seattle, portland, denver] = ["seattle", "portland", "denver"] as [SiteName, SiteName, SiteName];
/** Stands still until it is put forward. */
class StillClock implements Clock {
  #ms = 0;
  readonly now = () => instant(this.#ms);
  readonly wallTime = () => new Date(this.#ms);
  readonly sleep = () => Promise.reject(new Error("nobody waits here"));

  advance(ms: number): void {
    this.#ms += ms;
  }
}

const store = { name: "ratings-db", sites: [seattle, portland] };

function lease(primary: SiteName, ...syncStandbys: SiteName[]): Lease {
  const first = firstLease({ sites: store.sites, neverAlone: false }, "2026-01-01T00:00:00Z");
  return { ...first, primary, syncStandbys };
}

describe("where the data is", () => {
  it("is anywhere until somebody tells, and at a site without the store never in question", () => {
    const board = new DataBoard([store], new StillClock());
    expect([seattle, portland, denver].map((site) => board.isInStep(site))).toEqual([true, true, true]);
    board.see("ratings-db", lease(seattle));
    expect([seattle, portland, denver].map((site) => board.isInStep(site))).toEqual([true, false, true]);
  });

  it("is where the lease says when a controller begins, without a wait", () => {
    const board = new DataBoard([store], new StillClock());
    board.see("ratings-db", lease(seattle, portland));
    expect(board.isInStep(portland)).toBe(true);
    expect(board.restMs()).toBeUndefined();
  });

  it("is at a site that returns after five steady seconds, counted anew each time that it falls behind", () => {
    const clock = new StillClock();
    const board = new DataBoard([store], clock);
    board.see("ratings-db", lease(seattle));
    board.see("ratings-db", lease(seattle, portland));
    clock.advance(4000);
    board.see("ratings-db", lease(seattle));
    board.see("ratings-db", lease(seattle, portland));
    expect(board.restMs()).toBe(5000);
    clock.advance(4999);
    expect(board.isInStep(portland)).toBe(false);
    clock.advance(1);
    expect(board.isInStep(portland)).toBe(true);
    expect(board.restMs()).toBeUndefined();
  });

  it("is with a new primary at once", () => {
    const board = new DataBoard([store], new StillClock());
    board.see("ratings-db", lease(seattle));
    board.see("ratings-db", lease(seattle, portland));
    board.see("ratings-db", lease(portland));
    expect([seattle, portland].map((site) => board.isInStep(site))).toEqual([false, true]);
  });

  it("must be true of every store that a site has", () => {
    const board = new DataBoard([store, { name: "orders-db", sites: [seattle, portland] }], new StillClock());
    board.see("ratings-db", lease(seattle, portland));
    board.see("orders-db", lease(portland));
    expect([seattle, portland].map((site) => board.isInStep(site))).toEqual([false, true]);
  });

  it("is news only when it moves, and nobody's business where commits wait for no standby", () => {
    const board = new DataBoard([store], new StillClock());
    expect(board.see("ratings-db", lease(seattle, portland))).toBe(true);
    expect(board.see("ratings-db", { ...lease(seattle, portland), renewal: 7 })).toBe(false);
    expect(board.see("logs-db", lease(seattle))).toBe(false);
    expect(board.isInStep(portland)).toBe(true);
  });
});
