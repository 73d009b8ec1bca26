import { describe, expect, it } from "vitest";
import { durabilityOf, firstLease, isLater, momentOf } from "./index.ts";
import type { Lease, LeasePolicy, Transition } from "./index.ts";
import { applyTransition, canSwitchOver } from "./transitions.ts";
import { at, electing, inWords, portland, seattle, serving, tacoma } from "./testing/samples.ts";

const policy: LeasePolicy = { sites: [seattle, portland, tacoma], neverAlone: false };
const block: LeasePolicy = { ...policy, neverAlone: true };
const by = { by: seattle, term: 5 };
const after = (lease: Lease, transition: Transition, chosen = policy) => applyTransition(lease, transition, chosen);
const told = (lease: Lease, transition: Transition, chosen = policy) => inWords(after(lease, transition, chosen));
const alone = serving({ syncStandbys: [], aloneSince: at });
const request = { to: portland, request: "r1", reason: "maintenance" };

describe("a new store", () => {
  it("begins at the first site, alone, or waiting for the second where it may never be alone", () => {
    expect(inWords(firstLease(policy, at))).toBe("1.1.0 seattle serves, alone");
    expect(firstLease(policy, at)).toMatchObject({ established: false, aloneSince: at, change: { kind: "begun" } });
    expect(inWords(firstLease(block, at))).toBe("1.1.0 seattle serves, portland joins since 1");
    expect(durabilityOf(firstLease(block, at))).toBe("blocked");
  });
});

describe("what the primary's site changes", () => {
  it.each<Transition>([
    { kind: "renew", ...by },
    { kind: "establish", ...by },
    { kind: "join", ...by, standby: tacoma, at },
    { kind: "admit", ...by, standby: tacoma, since: 7, at },
    { kind: "drop", ...by, standby: portland, at },
    { kind: "abdicate", ...by, reason: "broken" },
    { kind: "step-down", ...by, position: "0/9" },
  ])("does not apply to another's lease, term or election: $kind", (transition) => {
    const lease = serving({
      established: transition.kind !== "establish",
      joining: { [tacoma]: 7 },
      ...(transition.kind === "join" && { joining: {} }),
      ...(transition.kind === "step-down" && { switchover: request }),
    });
    expect(told(lease, transition)).not.toBe("does not apply");
    expect(told({ ...lease, primary: tacoma }, transition)).toBe("does not apply");
    expect(told({ ...lease, term: 6 }, transition)).toBe("does not apply");
    expect(told(electing({}, { term: 5 }), transition)).toBe("does not apply");
  });

  it("renews without a new revision, so that no order changes", () => {
    expect(told(serving(), { kind: "renew", ...by })).toBe("5.7.4 seattle serves, in sync: portland");
  });

  it("is established once", () => {
    const established = after(serving({ established: false }), { kind: "establish", ...by });
    expect(established).toMatchObject({ established: true, revision: 8, renewal: 0 });
    expect(told(serving(), { kind: "establish", ...by })).toBe("does not apply");
  });

  it("lets a standby join, then admits it, unless it was dropped in between", () => {
    const joined = after(alone, { kind: "join", ...by, standby: portland, at })!;
    expect([inWords(joined), durabilityOf(joined)]).toEqual([
      "5.8.0 seattle serves, portland joins since 8",
      "blocked",
    ]);
    const admitted = after(joined, { kind: "admit", ...by, standby: portland, since: 8, at })!;
    expect([inWords(admitted), durabilityOf(admitted)]).toEqual([
      "5.9.0 seattle serves, in sync: portland",
      "replicated",
    ]);
    expect(admitted.aloneSince).toBeUndefined();

    const dropped = after(joined, { kind: "drop", ...by, standby: portland, at })!;
    const again = after(dropped, { kind: "join", ...by, standby: portland, at })!;
    expect(inWords(again)).toBe("5.10.0 seattle serves, portland joins since 10");
    expect(told(again, { kind: "admit", ...by, standby: portland, since: 8, at })).toBe("does not apply");
    expect(told(dropped, { kind: "admit", ...by, standby: portland, since: 8, at })).toBe("does not apply");
  });

  it("does not let itself join, nor one that is waited for", () => {
    expect(told(serving(), { kind: "join", ...by, standby: seattle, at })).toBe("does not apply");
    expect(told(serving(), { kind: "join", ...by, standby: portland, at })).toBe("does not apply");
    expect(told(serving({ joining: { [tacoma]: 7 } }), { kind: "join", ...by, standby: tacoma, at })).toBe(
      "does not apply",
    );
  });

  it("drops one, says since when it is alone, and forgets a switchover to it", () => {
    const dropped = after(serving({ switchover: request }), { kind: "drop", ...by, standby: portland, at })!;
    expect(inWords(dropped)).toBe("5.8.0 seattle serves, alone");
    expect([dropped.aloneSince, durabilityOf(dropped)]).toEqual([at, "local-only"]);
    expect(told(alone, { kind: "drop", ...by, standby: portland, at })).toBe("does not apply");
  });

  it("never drops the last one that is waited for where commits must be on two sites", () => {
    expect(told(serving(), { kind: "drop", ...by, standby: portland, at }, block)).toBe("does not apply");
    const two = serving({ joining: { [tacoma]: 7 } });
    expect(told(two, { kind: "drop", ...by, standby: portland, at }, block)).toBe(
      "5.8.0 seattle serves, tacoma joins since 7",
    );
  });
});

describe("an election", () => {
  const silence = { kind: "elect", moment: momentOf(serving()), reason: "silence" } as const;

  it("is begun by a site in sync, and only if nothing moved since", () => {
    expect(told(serving(), { ...silence, by: portland })).toBe(
      "6.8.0 failover to seattle or portland, in sync: portland",
    );
    expect(told(serving({ renewal: 4 }), { ...silence, by: portland })).toBe("does not apply");
    expect(told(serving(), { ...silence, by: tacoma })).toBe("does not apply");
    expect(told(serving(), { ...silence, by: seattle })).toBe("does not apply");
    expect(told({ ...alone, renewal: 3 }, { ...silence, by: portland })).toBe("does not apply");
  });

  it("that came to nothing is begun again by a candidate, with new reports", () => {
    const first = electing({ reports: { [seattle]: "0/7" }, preferred: portland, kind: "switchover", request: "r1" });
    const again = after(first, { kind: "elect", by: portland, moment: momentOf(first), reason: "again" })!;
    expect(inWords(again)).toBe("7.9.0 switchover to seattle or portland, in sync: portland");
    expect(again.election).toMatchObject({ preferred: portland, request: "r1", reports: {} });
    expect(told(first, { kind: "elect", by: tacoma, moment: momentOf(first), reason: "again" })).toBe("does not apply");
  });

  it("is left to the standbys where the primary gave up, and is not begun without them", () => {
    const abdicate = { kind: "abdicate", ...by, reason: "its disk is nearly full" } as const;
    expect(told(serving({ switchover: request }), abdicate)).toBe("6.8.0 failover to portland, in sync: portland");
    expect(told(alone, abdicate)).toBe("does not apply");
  });

  const report = { kind: "report", by: portland, term: 6, position: "0/9", conclude: false, at } as const;

  it("ends when all that can be expected to have reported, without waiting for the lost primary (R18)", () => {
    const won = after(electing(), report)!;
    expect(inWords(won)).toBe("6.9.0 portland serves, alone");
    expect(won).toMatchObject({ aloneSince: at, change: { kind: "failover", from: seattle, reason: "lost", at } });
    const three = electing({ candidates: [seattle, portland, tacoma] });
    expect(told(three, report)).toBe("6.9.0 failover to seattle or portland at 0/9 or tacoma, in sync: portland");
  });

  it("is not disturbed by reports of another term, of others, or said twice", () => {
    expect(told(electing(), { ...report, term: 5 })).toBe("does not apply");
    expect(told(electing(), { ...report, by: tacoma })).toBe("does not apply");
    expect(told(serving({ term: 6 }), report)).toBe("does not apply");
    const three = electing({ candidates: [seattle, portland, tacoma], reports: { [portland]: "0/9" } });
    expect(told(three, report)).toBe("does not apply");
  });

  it("is won by the furthest of those that reported in time; the others are waited for", () => {
    const three = electing({ candidates: [seattle, portland, tacoma], reports: { [tacoma]: "1/0" } });
    expect(told(three, report)).toBe("6.9.0 tacoma serves, portland joins since 9");
    const late = electing({ candidates: [seattle, portland, tacoma], reports: { [seattle]: "0/A" } });
    expect(told(late, { ...report, conclude: true })).toBe("6.9.0 seattle serves, portland joins since 9");
    expect(after(late, { ...report, conclude: true })?.change.from).toBeUndefined();
  });

  it("never ends with nobody waited for where commits must be on two sites", () => {
    expect(told(electing(), report, block)).toBe("6.9.0 portland serves, seattle joins since 9");
    expect(told(electing({ reports: { [seattle]: "0/1" } }), report, block)).toBe(
      "6.9.0 portland serves, seattle joins since 9",
    );
  });
});

describe("a switchover", () => {
  it("is taken on for a site in sync, one at a time, and can be called off", () => {
    const asked = after(serving(), { kind: "request-switchover", request })!;
    expect(inWords(asked)).toBe("5.8.0 seattle serves, in sync: portland, asked to go to portland");
    expect(told(asked, { kind: "request-switchover", request })).toBe("does not apply");
    expect(told(serving(), { kind: "request-switchover", request: { ...request, to: tacoma } })).toBe("does not apply");
    expect(told(serving(), { kind: "request-switchover", request: { ...request, to: seattle } })).toBe(
      "does not apply",
    );
    expect(canSwitchOver(electing(), portland)).toBe(false);
    expect(told(asked, { kind: "cancel-switchover", request: "r1" })).toBe("5.9.0 seattle serves, in sync: portland");
    expect(told(asked, { kind: "cancel-switchover", request: "r0" })).toBe("does not apply");
  });

  const steppedDown = () => after(serving({ switchover: request }), { kind: "step-down", ...by, position: "0/9" })!;
  const report = { kind: "report", by: portland, term: 6, position: "0/9", conclude: false, at } as const;

  it("goes to its target when that has everything, and waits for the old primary from the first commit on", () => {
    expect(inWords(steppedDown())).toBe("6.8.0 switchover to seattle at 0/9 or portland, in sync: portland");
    const done = after(steppedDown(), report)!;
    expect(inWords(done)).toBe("6.9.0 portland serves, seattle joins since 9");
    expect(done.change).toEqual({ kind: "switchover", from: seattle, reason: "maintenance", at, request: "r1" });
    expect(told(serving(), { kind: "step-down", ...by, position: "0/9" })).toBe("does not apply");
  });

  it("goes to its target also where another is as far, and stays where the target has less or does not answer", () => {
    const three = electing({
      candidates: [seattle, portland, tacoma],
      kind: "switchover",
      preferred: portland,
      reports: { [seattle]: "0/9", [tacoma]: "0/9" },
    });
    expect(told(three, report)).toBe("6.9.0 portland serves, seattle joins since 9, tacoma joins since 9");
    const short = after(steppedDown(), { ...report, position: "0/8" })!;
    expect(inWords(short)).toBe("6.9.0 seattle serves, portland joins since 9");
    expect(short.change.reason).toBe("maintenance: portland did not have everything in time");
    const own = { ...report, by: seattle, conclude: true };
    expect(told(steppedDown(), own)).toBe("6.9.0 seattle serves, alone");
    expect(told(steppedDown(), { ...own, conclude: false })).toBe("does not apply");
  });
});

describe("by force", () => {
  const force = {
    kind: "force",
    by: portland,
    moment: momentOf(alone),
    request: "f1",
    reason: "seattle burned",
  } as const;

  it("a site takes over with what it has, if the lease is the one that was looked at", () => {
    const forced = after(alone, force)!;
    expect(inWords(forced)).toBe("6.8.0 forced to portland");
    const won = after(forced, { kind: "report", by: portland, term: 6, position: "0/1", conclude: false, at })!;
    expect(inWords(won)).toBe("6.9.0 portland serves, alone");
    expect(won.change).toMatchObject({ kind: "forced", from: seattle, reason: "seattle burned", request: "f1" });
    expect(told({ ...alone, renewal: 9 }, force)).toBe("does not apply");
  });

  it("leads out of an election whose candidates are lost", () => {
    const lost = electing({ candidates: [seattle] });
    expect(told(lost, { ...force, by: tacoma, moment: momentOf(lost) })).toBe(
      "7.9.0 forced to tacoma, in sync: portland",
    );
  });
});

it("orders moments by term, then revision, then renewal", () => {
  const moments = [serving(), serving({ renewal: 4 }), serving({ revision: 8, renewal: 0 }), electing()];
  for (const [i, a] of moments.entries()) {
    for (const [j, b] of moments.entries()) expect(isLater(a, b)).toBe(i > j);
  }
});
