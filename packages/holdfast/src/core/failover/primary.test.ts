import { describe, expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import type { ReplicaSample } from "../data-protection/index.ts";
import { applyTransition, lookAtPrimary, nextAsPrimary, orderFor, startAsPrimary } from "./index.ts";
import type { DatabaseSight, FailoverSettings, Lease } from "./index.ts";
import { at, inWords, portland, seattle, serving, settings, tacoma } from "./testing/samples.ts";

const LOOK_MS = 50;
const alone = serving({ syncStandbys: [], aloneSince: at });
const streaming = (flushPosition: string, lagBytes = 0, name = "portland"): ReplicaSample => ({
  name,
  state: "streaming",
  flushPosition,
  lagBytes,
});

/** A primary's site whose register decides at once and whose database obeys at once: each look shows what was ordered after the last. */
class PrimarySite {
  readonly #settings: FailoverSettings;
  readonly transcript: string[] = [];
  lease: Lease;
  /** What the database shows besides what it was ordered; `undefined`: its agent does not answer. */
  shows: Partial<DatabaseSight> | undefined = { position: "0/10", replicas: [] };
  nowMs = 0;
  #memory;

  constructor(lease: Lease, chosen: Partial<FailoverSettings> = {}) {
    this.lease = lease;
    this.#settings = { ...settings, ...chosen };
    this.#memory = startAsPrimary([portland], instant(0));
  }

  /** Looks again and again for so long; what is not a renewal is written down. */
  run(ms: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += LOOK_MS) this.#look();
    return this;
  }

  #look(): void {
    const now = instant(this.nowMs);
    const sight = this.#sight();
    this.#memory = lookAtPrimary(this.#memory, this.lease, sight, this.#settings, now);
    const next = nextAsPrimary(this.#memory, this.lease, sight, this.#settings, at, now);
    const lease = next && applyTransition(this.lease, next, this.#settings);
    if (next?.kind !== "renew")
      this.transcript.push(`${this.nowMs} ms, ${next?.kind ?? "hands off"}: ${inWords(lease)}`);
    this.lease = lease ?? this.lease;
  }

  #sight(): DatabaseSight | undefined {
    const { role, term, revision, syncStandbys } = orderFor(this.lease, seattle, true);
    const clock = { id: "1", nowMs: this.nowMs };
    const settledRevision = revision;
    return this.shows && { role, term, revision, settledRevision, syncStandbys, clock, replicas: [], ...this.shows };
  }
}

describe("a standby", () => {
  it("that streams joins, and is admitted when it has what was written until all processes waited for it (R82)", () => {
    const site = new PrimarySite(alone);
    site.shows = { position: "0/10", replicas: [streaming("0/10")] };
    site.run(300);
    expect(site.transcript).toEqual(["0 ms, join: 5.8.0 seattle serves, portland joins since 8"]);
    site.shows = { position: "0/30", replicas: [streaming("0/20", 16)] };
    site.run(100);
    site.shows = { position: "0/40", replicas: [streaming("0/30", 16)] };
    site.run(100);
    expect(site.transcript.slice(1)).toEqual(["400 ms, admit: 5.9.0 seattle serves, in sync: portland"]);
  });

  it("is not asked to join while it is far behind, catches up or does not stream", () => {
    const site = new PrimarySite(alone);
    for (const replica of [streaming("0/1", 64 * 1024 * 1024), { ...streaming("0/2"), state: "catchup" }]) {
      site.shows = { position: "0/10", replicas: [replica] };
      site.run(1000);
    }
    expect(site.transcript).toEqual([]);
  });

  it("is not admitted on the strength of one answer looked at twice", () => {
    const site = new PrimarySite(alone);
    site.shows = { position: "0/10", replicas: [streaming("0/10")], clock: { id: "1", nowMs: 7 } };
    site.run(1000);
    expect(site.transcript).toEqual(["0 ms, join: 5.8.0 seattle serves, portland joins since 8"]);
  });

  it("is watched anew when the agent has restarted meanwhile", () => {
    const site = new PrimarySite(alone);
    const replicas = [streaming("0/10")];
    site.shows = { position: "0/10", replicas };
    site.run(250);
    site.shows = { position: "0/10", replicas, clock: { id: "2", nowMs: 9000 } };
    site.run(50);
    site.shows = { position: "0/10", replicas };
    site.run(250);
    expect(site.transcript).toHaveLength(1);
  });

  it.each<[string, Partial<DatabaseSight>]>([
    ["the database does not wait for it yet", { syncStandbys: [] }],
    ["the database has not carried the order out yet", { settledRevision: 7 }],
    ["the database is of another term", { term: 4 }],
    ["the end of the log is not known", { position: undefined as never }],
    ["it has flushed nothing", { replicas: [{ name: "portland", state: "streaming", lagBytes: 0 }] }],
  ])("is not admitted while %s", (_, shows) => {
    const site = new PrimarySite(serving({ syncStandbys: [], joining: { [portland]: 8 }, revision: 8 }));
    site.shows = { position: "0/10", replicas: [streaming("0/10")], ...shows };
    site.run(550);
    expect(site.transcript.filter((line) => line.includes("admit"))).toEqual([]);
  });

  it("that is lost is dropped after the grace, and the primary goes on alone (R18, R102)", () => {
    const site = new PrimarySite(serving());
    site.shows = { position: "0/10", replicas: [streaming("0/10")] };
    site.run(200);
    site.shows = { position: "0/10", replicas: [] };
    site.run(800);
    expect(site.transcript).toEqual(["750 ms, drop: 5.8.0 seattle serves, alone"]);
    site.shows = { position: "0/10", replicas: [streaming("0/10")] };
    site.run(100);
    expect(site.transcript.at(-1)).toBe("1000 ms, join: 5.9.0 seattle serves, portland joins since 9");
  });

  it("that is lost while it joins is dropped too", () => {
    const site = new PrimarySite(serving({ syncStandbys: [], joining: { [portland]: 7 }, aloneSince: at }));
    site.run(700);
    expect(site.transcript).toEqual(["600 ms, drop: 5.8.0 seattle serves, alone"]);
  });

  it("is given the whole grace when the server has just come up", () => {
    const site = new PrimarySite(serving());
    site.shows = { role: "starting" };
    site.run(1500);
    site.shows = { replicas: [] };
    site.run(550);
    expect(site.transcript).toEqual([]);
    site.run(50);
    expect(site.transcript).toHaveLength(1);
  });

  it("is never let go where commits must be on two sites, until another is waited for", () => {
    const sites = [seattle, portland, tacoma];
    const site = new PrimarySite(serving(), { neverAlone: true, sites });
    site.run(5000);
    expect(site.transcript).toEqual([]);
    site.shows = { position: "0/10", replicas: [streaming("0/10", 0, "tacoma")] };
    site.run(500);
    expect(site.transcript).toEqual([
      "5000 ms, join: 5.8.0 seattle serves, in sync: portland, tacoma joins since 8",
      "5050 ms, drop: 5.9.0 seattle serves, tacoma joins since 8",
      "5300 ms, admit: 5.10.0 seattle serves, in sync: tacoma",
    ]);
  });

  it("is no longer waited for when the fleet file does not name it any more, or asks for local commits only", () => {
    const removed = new PrimarySite(serving({ syncStandbys: [portland, tacoma] })).run(50);
    expect(removed.transcript).toEqual(["0 ms, drop: 5.8.0 seattle serves, in sync: portland"]);
    const local = new PrimarySite(serving({ joining: { [tacoma]: 6 } }), { replicated: false });
    local.shows = { replicas: [streaming("0/10"), streaming("0/10", 0, "tacoma")] };
    local.run(200);
    expect(local.transcript).toEqual([
      "0 ms, drop: 5.8.0 seattle serves, tacoma joins since 6",
      "50 ms, drop: 5.9.0 seattle serves, alone",
    ]);
  });
});

it("says once that there is a database, before anything else", () => {
  const site = new PrimarySite(serving({ syncStandbys: [], established: false, aloneSince: at }));
  site.shows = { role: "stopped" };
  site.run(300);
  site.shows = { position: "0/10", replicas: [streaming("0/10")] };
  site.run(100);
  expect(site.transcript).toEqual([
    "300 ms, establish: 5.8.0 seattle serves, alone",
    "350 ms, join: 5.9.0 seattle serves, portland joins since 9",
  ]);
});

describe("a primary that cannot write", () => {
  it.each<[string, Partial<DatabaseSight> | undefined, string]>([
    ["does not come up", { role: "starting" }, "seattle gave up: its database cannot write"],
    ["does not answer", undefined, "seattle gave up: its database cannot write"],
    [
      "has nearly no disk left",
      { freeBytes: 1e6, replicas: [streaming("0/10")] },
      "seattle gave up: its disk is nearly full",
    ],
  ])("gives up in favour of a standby in sync when its database %s", (_, shows, reason) => {
    const site = new PrimarySite(serving());
    site.shows = shows;
    site.run(2050);
    expect(site.transcript).toEqual(["2000 ms, abdicate: 6.8.0 failover to portland, in sync: portland"]);
    expect(site.lease.election?.reason).toBe(reason);
  });

  it("goes on trying where nobody could take over", () => {
    const site = new PrimarySite(alone);
    site.shows = { role: "starting" };
    expect(site.run(10_000).transcript).toEqual([]);
  });

  it("is forgiven when it can write again in time", () => {
    const site = new PrimarySite(serving());
    for (let i = 0; i < 5; i++) {
      site.shows = { role: "starting" };
      site.run(1900);
      site.shows = { replicas: [streaming(`0/${i}`)] };
      site.run(100);
    }
    expect(site.transcript).toEqual([]);
  });
});

describe("stepping down for a switchover", () => {
  const asked = serving({ switchover: { to: portland, request: "r1", reason: "maintenance" } });

  it("ends when the database is fenced and says how far it is", () => {
    const site = new PrimarySite(asked);
    site.shows = { role: "primary", replicas: [streaming("0/10")] };
    site.run(200);
    site.shows = { role: "fenced" };
    site.run(200);
    expect(site.transcript).toEqual([]);
    site.shows = { position: "0/10" };
    site.run(50);
    expect(site.transcript).toEqual([
      "400 ms, step-down: 6.8.0 switchover to seattle at 0/10 or portland, in sync: portland",
    ]);
  });

  it("is called off when it takes too long; then the primary goes on, and does not give up for having stopped", () => {
    const site = new PrimarySite(asked);
    site.shows = { role: "stopped" };
    site.run(10_050);
    expect(site.transcript).toEqual(["10000 ms, cancel-switchover: 5.8.0 seattle serves, in sync: portland"]);
    site.run(1900);
    expect(site.transcript).toHaveLength(1);
  });
});

describe("automatic failback", () => {
  const chosen = { sites: [portland, seattle], failback: "automatic" } as const;
  const wellDone = { position: "0/10", replicas: [streaming("0/10")] };

  it("asks for a switchover when a site that comes first has been in sync for the soak time", () => {
    const site = new PrimarySite(serving(), chosen);
    site.shows = wellDone;
    site.run(60_050);
    expect(site.transcript).toEqual([
      "60000 ms, request-switchover: 5.8.0 seattle serves, in sync: portland, asked to go to portland",
    ]);
  });

  it("soaks anew after the site was out of sync, and after a switchover came to nothing", () => {
    const site = new PrimarySite(serving(), chosen);
    site.shows = wellDone;
    site.run(59_000);
    site.shows = { position: "0/10", replicas: [] };
    site.run(1000);
    site.shows = wellDone;
    site.run(60_000);
    expect(site.transcript.map((line) => line.split(":")[0])).toEqual([
      "59550 ms, drop",
      "60000 ms, join",
      "60300 ms, admit",
    ]);
    site.run(400);
    expect(site.transcript.at(-1)).toMatch(/^120350 ms, request-switchover/);
    site.shows = { role: "stopped" };
    site.run(10_100);
    expect(site.transcript.at(-1)).toMatch(/^130400 ms, cancel-switchover/);
    site.shows = wellDone;
    site.run(59_000);
    expect(site.transcript.at(-1)).toMatch(/^130400 ms, cancel-switchover/);
  });

  it("waits for an approval where the file says so, and leaves a site that comes first alone", () => {
    const approved = new PrimarySite(serving(), { ...chosen, failback: "approved" });
    const first = new PrimarySite(serving(), { failback: "automatic" });
    for (const site of [approved, first]) {
      site.shows = wellDone;
      expect(site.run(70_000).transcript).toEqual([]);
    }
  });
});
