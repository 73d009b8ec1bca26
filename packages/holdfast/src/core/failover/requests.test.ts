import { describe, expect, it } from "vitest";
import { afterRequest, applyTransition, considerRequest, firstLease, followRequest } from "./index.ts";
import type { DatabaseSight, Lease, OperatorRequest, RequestSight, RequestStep } from "./index.ts";
import { at, electing, inWords, portland, seattle, serving, settings, tacoma } from "./testing/samples.ts";

const now = new Date("2026-01-01T00:01:00.000Z");
const switchover: OperatorRequest = { id: "r1", kind: "switchover", to: portland, reason: "maintenance", at };
const failover: OperatorRequest = { ...switchover, id: "f1", kind: "failover", reason: "seattle burned" };
const consent = { acceptDataLoss: true, beyondRpo: true } as const;
const withData = { role: "standby", term: 5, revision: 7, position: "0/7" } as DatabaseSight;
/** Commits have been on seattle only for 40 s, and it has been silent for 10. */
const alone = serving({ syncStandbys: [], aloneSince: at, behindSince: { [portland]: "2026-01-01T00:00:10.000Z" } });

function consider(
  request: OperatorRequest,
  lease: Lease | undefined,
  { self = portland, rpoMs = 0, ...sight }: Partial<RequestSight> & { self?: typeof portland; rpoMs?: number } = {},
): RequestStep {
  const known = { lease, stillMs: 10_000, database: withData, trouble: "no majority answered in time", ...sight };
  return considerRequest(request, known, { ...settings, self, sites: [seattle, portland, tacoma] }, { rpoMs }, now);
}

const words = (step: RequestStep | undefined) =>
  step === undefined ? "nothing" : step.kind === "wait" ? "wait" : `${step.kind}: ${step.message}`;

describe("a request for a switchover", () => {
  const asked = serving({ switchover: { to: portland, request: "r0", reason: "maintenance" } });
  it.each([
    {
      when: "the target is in sync",
      lease: serving(),
      is: "try: seattle stops, and portland takes over when it has everything",
    },
    { when: "it is primary", lease: serving({ primary: portland }), is: "done: portland is primary already" },
    {
      when: "it is not in sync, but another",
      lease: serving({ syncStandbys: [tacoma] }),
      is: "refused: portland is not in sync, so it may lack acknowledged commits. In sync: tacoma; wait until `holdfast status` says that portland is",
    },
    {
      when: "nobody is in sync",
      lease: alone,
      is: "refused: portland is not in sync, so it may lack acknowledged commits. No site is; wait until `holdfast status` says that portland is",
    },
    {
      when: "another is under way",
      lease: asked,
      is: "refused: a switchover to portland is under way: wait until it has ended",
    },
    {
      when: "nobody is primary",
      lease: electing(),
      is: "refused: nobody is primary at this moment: wait until the election has ended",
    },
    {
      when: "the register cannot be read",
      lease: undefined,
      is: "refused: portland knows no lease of this store: no majority answered in time",
    },
  ])("is answered when $when", ({ lease, is }) => {
    expect(words(consider(switchover, lease))).toBe(is);
  });

  it("can be put to any site, is handled by id, and not for a site that is none", () => {
    for (const self of [seattle, portland, tacoma]) expect(consider(switchover, serving(), { self }).kind).toBe("try");
    expect(words(consider({ ...switchover, to: "boise" }, serving()))).toBe(
      "refused: boise is not a site of this store: its sites are seattle, portland, tacoma",
    );
    expect(consider({ ...switchover, id: "r0" }, asked)).toEqual({ kind: "wait" });
  });

  it("is not carried out by a controller that comes back long after it", () => {
    const late = { ...switchover, at: "2025-12-31T23:50:59.999Z" };
    expect(words(consider(late, serving()))).toContain("refused: by the calendar of portland");
    expect(consider({ ...switchover, at: "2025-12-31T23:51:00.000Z" }, serving()).kind).toBe("try");
    expect(consider({ ...switchover, at: "soon" }, serving()).kind).toBe("refused");
  });

  it("asks for what the register takes, and is recorded with its reason", () => {
    const step = consider(switchover, serving());
    const next = step.kind === "try" ? applyTransition(serving(), step.transition, settings) : undefined;
    expect(inWords(next)).toBe("5.8.0 seattle serves, in sync: portland, asked to go to portland");
    expect(next?.switchover).toEqual({ to: portland, request: "r1", reason: "maintenance" });
  });
});

describe("a request for a failover", () => {
  it.each([
    {
      when: "put to another site",
      lease: alone,
      sight: { self: tacoma },
      is: "refused: only portland itself can take over with a loss: ask its cluster, not that of tacoma",
    },
    {
      when: "the primary lives",
      lease: alone,
      sight: { stillMs: 999 },
      is: "refused: seattle still renews its lease: use `holdfast switchover`",
    },
    {
      when: "the site is in sync",
      lease: serving(),
      is: "refused: portland has everything, and takes over by itself and without loss when seattle is gone: wait",
    },
    {
      when: "the site is a candidate of an election",
      lease: electing(),
      is: "refused: portland has everything, and takes over by itself and without loss when seattle is gone: wait",
    },
    {
      when: "an election among others is under way",
      lease: electing({ candidates: [seattle, tacoma] }),
      sight: { stillMs: 999 },
      is: "refused: an election among seattle, tacoma, who have everything, is under way: wait",
    },
    {
      when: "it has no data",
      lease: alone,
      sight: { database: { ...withData, position: undefined } as unknown as DatabaseSight },
      is: "refused: the database of portland does not say that it has any data",
    },
    {
      when: "its database does not answer",
      lease: alone,
      sight: { database: undefined },
      is: "refused: the database of portland does not say that it has any data",
    },
    { when: "it is primary", lease: serving({ primary: portland }), is: "done: portland is primary already" },
  ])("is answered when $when", ({ lease, sight = {}, is }) => {
    expect(words(consider({ ...failover, ...consent }, lease, sight as Partial<RequestSight>))).toBe(is);
  });

  const loss = { since: "2026-01-01T00:00:10.000Z", until: "2026-01-01T00:00:50.800Z" };
  const named = `what seattle acknowledged from ${loss.since} to ${loss.until} is lost where portland does not have it`;

  it("names the loss, up to the end of the lost primary's last lease, and what has to be accepted", () => {
    expect(consider(failover, alone)).toEqual({
      kind: "refused",
      message: `${named} (40.8s, beyond the RPO of 0s). To do it all the same, add --accept-data-loss --beyond-rpo`,
      loss,
    });
    expect(words(consider({ ...failover, acceptDataLoss: true }, alone))).toMatch(/add --beyond-rpo$/);
    expect(words(consider({ ...failover, beyondRpo: true }, alone))).toMatch(/add --accept-data-loss$/);
    expect(words(consider(failover, alone, { rpoMs: 40_800 }))).toMatch(
      /\(40.8s, within the RPO of 40.8s\). .* add --accept-data-loss$/,
    );
    expect(consider({ ...failover, acceptDataLoss: true }, alone, { rpoMs: 40_800 }).kind).toBe("try");
    expect(consider({ ...failover, acceptDataLoss: true }, alone, { rpoMs: 40_799 }).kind).toBe("refused");
  });

  it("takes a loss of unknown size for one beyond every objective", () => {
    const unknown = serving({ syncStandbys: [], aloneSince: at });
    const step = consider({ ...failover, acceptDataLoss: true }, unknown, { rpoMs: 1e12 });
    expect(words(step)).toContain("from an unknown time to 2026-01-01T00:00:50.800Z is lost");
    expect(words(step)).toMatch(/add --beyond-rpo$/);
    expect(consider({ ...failover, ...consent }, unknown).kind).toBe("try");
  });

  it("moves the primary if the lease is still the one that was looked at, and records who accepted what", () => {
    const step = consider({ ...failover, ...consent }, alone);
    if (step.kind !== "try") throw new Error(words(step));
    expect([step.message, step.loss]).toEqual([`portland takes over: ${named} (40.8s, beyond the RPO of 0s)`, loss]);
    const forced = applyTransition(alone, step.transition, settings)!;
    expect(inWords(forced)).toBe("6.8.0 forced to portland");
    expect(forced.election?.reason).toBe(
      `seattle burned; by order of an operator, who accepted that ${named} (40.8s, beyond the RPO of 0s)`,
    );
    expect(applyTransition({ ...alone, renewal: 9 }, step.transition, settings)).toBeUndefined();
  });

  it("leads out of an election whose candidates are lost", () => {
    const lost = electing({ candidates: [seattle] }, { syncStandbys: [] });
    expect(consider({ ...failover, ...consent }, lost, { stillMs: 3_000 }).kind).toBe("try");
  });
});

describe("what a site has lacked since when", () => {
  const policy = { sites: [seattle, portland, tacoma], neverAlone: false };
  const by = { by: seattle, term: 5, at: "later" };

  it("begins with the store, ends when a site is in sync, and is not shortened by joining in vain", () => {
    expect(firstLease(policy, at).behindSince).toEqual({ [portland]: at, [tacoma]: at });
    const joined = applyTransition(alone, { kind: "join", ...by, standby: portland }, policy)!;
    const admitted = applyTransition(joined, { kind: "admit", ...by, standby: portland, since: 8 }, policy)!;
    expect(admitted.behindSince).toEqual({});
    const dropped = applyTransition(admitted, { kind: "drop", ...by, standby: portland }, policy)!;
    expect(dropped.behindSince).toEqual({ [portland]: "later" });
    const inVain = applyTransition(joined, { kind: "drop", ...by, standby: portland }, policy)!;
    expect(inVain.behindSince).toEqual(alone.behindSince);
  });

  it("counts from an election for those that lost it, and longer for one that was behind before", () => {
    const lease = electing({}, { behindSince: { [tacoma]: "long ago" } });
    const report = { kind: "report", by: portland, term: 6, position: "0/9", conclude: false, at } as const;
    expect(applyTransition(lease, report, policy)?.behindSince).toEqual({ [seattle]: at, [tacoma]: "long ago" });
  });
});

describe("a request that the register has taken", () => {
  const change = { kind: "switchover", from: seattle, reason: "maintenance", at, request: "r1" } as const;
  it.each([
    { when: "it was noted", lease: serving({ switchover: { to: portland, request: "r1", reason: "" } }), is: "wait" },
    { when: "its election runs", lease: electing({ request: "r1" }), is: "wait" },
    {
      when: "the target is primary",
      lease: serving({ term: 6, primary: portland, change }),
      is: "done: portland is primary in term 6: without loss",
    },
    {
      when: "the old primary went on",
      lease: serving({
        term: 6,
        change: { ...change, reason: "maintenance: portland did not have everything in time" },
      }),
      is: "failed: seattle is primary: maintenance: portland did not have everything in time",
    },
    { when: "it knows nothing of it", lease: serving(), is: "nothing" },
  ])("is followed: $when", ({ lease, is }) => {
    expect(words(followRequest(switchover, lease))).toBe(is);
  });

  it("is done for a failover with the loss that was recorded", () => {
    const forced = { kind: "forced", reason: "seattle burned; by order of an operator", at, request: "f1" } as const;
    expect(words(followRequest(failover, serving({ term: 6, primary: portland, change: forced })))).toBe(
      "done: portland is primary in term 6: seattle burned; by order of an operator",
    );
  });

  it.each([
    {
      when: "the target fell out",
      lease: alone,
      is: "failed: portland fell out of sync before it could take over, and seattle is primary",
    },
    {
      when: "it was called off",
      lease: serving(),
      is: "failed: it did not come about in time, and seattle is primary: the first site of the fleet file",
    },
    { when: "another election began", lease: electing(), is: "wait" },
    {
      when: "a failover was faster",
      lease: serving({ primary: portland, change: { ...change, kind: "failover", reason: "seattle is silent" } }),
      is: "failed: portland is primary, but by a failover: seattle is silent",
    },
  ])("says why it ended otherwise: $when", ({ lease, is }) => {
    expect(words(afterRequest(switchover, lease))).toBe(is);
  });
});
