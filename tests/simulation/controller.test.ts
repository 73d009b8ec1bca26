import { afterEach, describe, expect, it } from "vitest";
import type { Fleet, SiteName } from "../../packages/holdfast/src/core/spec/index.ts";
import { fleet, host, portland, seattle, SmallFleet, store } from "./small-fleet.ts";
import type { Place } from "./small-fleet.ts";

const [seattleName, portlandName] = store.sites as [SiteName, SiteName];
const fleets: SmallFleet[] = [];
afterEach(async () => {
  for (const each of fleets.splice(0)) await each.stop();
});

async function fleetWith(...how: Parameters<typeof SmallFleet.with>): Promise<SmallFleet> {
  const made = await SmallFleet.with(...how);
  fleets.push(made);
  return made;
}

async function placeAt(site: string): Promise<Place> {
  // Every site is probed from the first moment on, so that the tests know when.
  return (await fleetWith([site], { random: { next: () => 0 } })).place(site);
}

describe("steering", () => {
  it("answers the preferred living site, and the other within a second of its loss (R18, R31, R33)", async () => {
    const place = await placeAt("portland");
    expect(place.answers()).toBe(seattle.ingress);
    place.prober.behaviours.set(seattle.peering, "refusing");
    await place.clock.advance(500);
    expect(place.answers()).toBe(seattle.ingress);
    await place.clock.advance(250);
    expect(place.answers()).toBe(portland.ingress);
    place.prober.behaviours.set(seattle.peering, "healthy");
    await place.clock.advance(1000);
    expect(place.answers()).toBe(seattle.ingress);
  });

  it("notices a frozen site at the pace of probes, not of timeouts", async () => {
    const place = await placeAt("portland");
    place.prober.behaviours.set(seattle.peering, "hanging");
    // The first probe after it froze, its timeout, and two confirmations close behind: 500 + 300 + 125 + 300.
    await place.clock.advance(1225);
    expect(place.answers()).toBe(portland.ingress);
    expect(place.status().verdicts["seattle"]).toMatchObject({ state: "down", reason: "no answer within 300 ms" });
  });

  it("does not move for lost packets: two failures in a row", async () => {
    const place = await placeAt("portland");
    for (let i = 0; i < 20; i++) {
      // Long enough for a probe and its first confirmation, 125 ms later, and too short for the second.
      place.prober.behaviours.set(seattle.peering, "refusing");
      await place.clock.advance(240);
      expect(place.answers()).toBe(seattle.ingress);
      place.prober.behaviours.set(seattle.peering, "healthy");
      await place.clock.advance(510);
      expect(place.answers()).toBe(seattle.ingress);
    }
  });

  it("judges its own site by the address that users take, the others by the link", async () => {
    const place = await placeAt("seattle");
    place.prober.behaviours.set(seattle.peering, "refusing");
    place.prober.behaviours.set(portland.ingress, "refusing");
    await place.clock.advance(3000);
    expect(place.status().verdicts).toMatchObject({ seattle: { state: "up" }, portland: { state: "up" } });
    place.prober.behaviours.set(seattle.ingress, "unhealthy");
    await place.clock.advance(750);
    expect(place.answers()).toBe(portland.ingress);
  });

  it("observes and answers at the witness, which has no store", async () => {
    const place = await placeAt("boise");
    expect(place.answers()).toBe(seattle.ingress);
    expect(place.status()).toMatchObject({ role: "witness", stores: [] });
  });

  it("keeps its verdicts over a restart, also while its own cluster cannot be reached", async () => {
    const { portland: place } = await fleetWith(["seattle", "portland"]);
    place.prober.behaviours.set(seattle.peering, "refusing");
    await place.clock.advance(3000);
    const kept = await place.kept();
    await place.stop();
    place.start();
    await place.clock.advance(0);
    expect(place.answers()).toBe(portland.ingress);
    expect(place.status().verdicts["seattle"]).toEqual(kept?.verdicts["seattle"]);

    await place.stop();
    place.cluster.reachable = false;
    place.start();
    await place.clock.advance(3000);
    expect(place.answers()).toBe(portland.ingress);
    place.cluster.reachable = true;
  });

  it("does not send users to its own site when that comes back without its application", async () => {
    const place = await placeAt("seattle");
    await place.clock.advance(2000);
    await place.stop();
    place.prober.behaviours.set(seattle.ingress, "refusing");
    place.start();
    await place.clock.advance(1);
    expect(place.answers()).toBe(portland.ingress);
    place.prober.behaviours.set(seattle.ingress, "healthy");
    await place.clock.advance(1000);
    expect(place.answers()).toBe(seattle.ingress);
  });

  it("sends users from a site whose data is out of step to where they can write, at every name server (R33, R102)", async () => {
    // Users prefer seattle; the primary is at portland.
    const stores = [{ ...store, sites: [portlandName, seattleName] }];
    const all = await fleetWith(["seattle", "portland", "boise"], { of: { ...fleet, stores } });
    await all.clock.advance(6000);
    expect(all.seattle.store()).toMatchObject({ primary: "portland", syncStandbys: ["seattle"] });
    const answers = () => all.places.map((place) => place.answers());
    expect(answers()).toEqual([seattle.ingress, seattle.ingress, seattle.ingress]);

    all.cut("seattle", "portland");
    all.seattle.prober.behaviours.set(portland.peering, "refusing");
    all.portland.prober.behaviours.set(seattle.peering, "refusing");
    await all.clock.advance(2000);
    // To the witness both look well, and seattle cannot even see portland: only the lease tells.
    expect(all.boise.status().verdicts).toMatchObject({ seattle: { state: "up" }, portland: { state: "up" } });
    expect(all.seattle.status().verdicts).toMatchObject({ portland: { state: "down" } });
    expect(answers()).toEqual([portland.ingress, portland.ingress, portland.ingress]);

    all.heal();
    all.seattle.prober.behaviours.set(portland.peering, "healthy");
    all.portland.prober.behaviours.set(seattle.peering, "healthy");
    await all.clock.advance(4000);
    expect(all.seattle.store()).toMatchObject({ primary: "portland", syncStandbys: ["seattle"] });
    // A link that flaps is not to take the users along.
    expect(answers()).toEqual([portland.ingress, portland.ingress, portland.ingress]);
    await all.clock.advance(4000);
    expect(answers()).toEqual([seattle.ingress, seattle.ingress, seattle.ingress]);
  });

  it("names a site that is out of step rather than none, once the primary is lost", async () => {
    const stores = [{ ...store, sites: [portlandName, seattleName] }];
    const all = await fleetWith(["seattle", "portland", "boise"], { of: { ...fleet, stores } });
    all.cut("seattle", "portland");
    all.seattle.prober.behaviours.set(portland.peering, "refusing");
    await all.clock.advance(2000);
    expect(all.seattle.answers()).toBe(portland.ingress);
    await all.portland.vanish();
    await all.clock.advance(2000);
    expect(all.seattle.store().primary).toBe("portland");
    expect(all.seattle.answers()).toBe(seattle.ingress);
  });

  it("says what it knows to people and to Prometheus", async () => {
    const place = await placeAt("seattle");
    place.prober.behaviours.set(portland.peering, "refusing");
    await place.clock.advance(2000);
    expect(place.page("/readyz")).toBe("ok\n");
    expect(place.page("/metrics")).toContain('holdfast_site_verdict{site="portland",verdict="down"} 1\n');
    expect(place.page("/metrics")).toMatch(/holdfast_probes_total\{site="seattle",result="ok"\} [1-9]/);
    expect(place.status().answers).toEqual({ [host]: [seattle.ingress] });
    expect(await place.kept()).toEqual(place.status());
  });
});

describe("a store", () => {
  it("begins where the file says: primary at the first site, standby at the other (R74, R82)", async () => {
    const { seattle: primary, portland: standby } = await fleetWith(["seattle", "portland"]);
    expect(primary.database.told[0]).toMatchObject({
      role: "primary",
      term: 1,
      revision: 1,
      standbys: ["portland"],
      syncStandbys: [],
      initialize: true,
    });
    const upstream = { host: seattle.data, port: store.peeringPort };
    expect(standby.database.told.at(-1)).toMatchObject({ role: "standby", term: 1, upstream });
    expect(await primary.endpoint()).toBe("127.1.1.1:5432");
    expect(await standby.endpoint()).toBe(`${upstream.host}:${upstream.port}`);
  });

  it("does not begin while a voter is missing, nor where a database knows better", async () => {
    const all = await fleetWith([]);
    all.boise.cluster.reachable = false;
    all.seattle.start();
    await all.clock.advance(2000);
    expect(all.seattle.database.told).toEqual([]);
    expect(all.seattle.store().reason).toContain("boise cannot be asked");
    await all.seattle.database.desire({ role: "fenced", term: 4, syncStandbys: [], standbys: [] });
    all.boise.cluster.reachable = true;
    await all.clock.advance(2000);
    expect(all.seattle.database.role).toBe("fenced");
    expect(all.seattle.store().reason).toContain("the database of seattle remembers term 4");
  });

  it("waits for the standby while it streams, and goes on within a second of its loss (R18, R102)", async () => {
    const all = await fleetWith(["seattle"]);
    expect(all.seattle.store()).toMatchObject({ role: "primary", durability: "local-only", syncStandbys: [] });
    all.portland.start();
    await all.clock.advance(1000);
    expect(all.seattle.store()).toMatchObject({ durability: "replicated", syncStandbys: ["portland"], reason: "" });
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    await all.portland.vanish();
    await all.clock.advance(500);
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    await all.clock.advance(500);
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual([]);
    expect(all.seattle.store()).toMatchObject({
      role: "primary",
      durability: "local-only",
      reason: expect.stringContaining("this site only"),
      aloneSince: expect.any(String),
    });
    expect(all.seattle.log).toContain("! the lease changed: drop");
    all.portland.return();
    await all.clock.advance(1000);
    expect(all.seattle.store()).toMatchObject({ durability: "replicated", syncStandbys: ["portland"] });
  });

  it("goes on waiting where the file says so", async () => {
    const strict = { ...fleet, stores: [{ ...store, whenAlone: "block" }] } as Fleet;
    const all = await fleetWith(["seattle"], { of: strict });
    expect(all.seattle.store()).toMatchObject({ role: "primary", durability: "blocked" });
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    all.portland.start();
    await all.clock.advance(1000);
    expect(all.seattle.store().durability).toBe("replicated");
    await all.portland.vanish();
    await all.clock.advance(5000);
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    expect(all.seattle.store().syncStandbys).toEqual(["portland"]);
  });

  it("serves again after its agent or its controller was away for less than the lease", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    all.seattle.database.restart();
    expect(all.seattle.database.role).toBe("fenced");
    await all.clock.advance(100);
    expect(all.seattle.database.role).toBe("primary");
    await all.seattle.stop();
    await all.clock.advance(500);
    all.seattle.start();
    await all.clock.advance(500);
    expect(all.seattle.database.role).toBe("primary");
    expect(all.seattle.store()).toMatchObject({ term: 1, primary: "seattle" });
  });

  it("touches nothing while the register makes no sense", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    for (const { cluster } of all.places) {
      const reference = {
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: "holdfast-system",
        name: "holdfast-register-ratings-db",
      };
      const register = await cluster.get(reference);
      await cluster.replace({ ...register!, data: { "register.json": "soon" } });
    }
    await all.clock.advance(5000);
    expect(all.seattle.database.role).toBe("fenced");
    expect(all.portland.database.told.at(-1)).toMatchObject({ role: "standby", term: 1 });
    expect(all.portland.log.filter((line) => line.includes("holds no register"))).toHaveLength(1);
  });

  it("is found again where its pod has moved", async () => {
    const place = await placeAt("seattle");
    await place.placePod("127.1.1.9");
    await place.clock.advance(1000);
    expect(await place.endpoint()).toBe("127.1.1.9:5432");
    expect(place.store().role).toBe("primary");
  });

  it("whose agent is silent holds up neither the steering nor the endpoints, and says why", async () => {
    const place = await placeAt("seattle");
    place.database.answering = false;
    place.prober.behaviours.set(seattle.ingress, "refusing");
    await place.clock.advance(5000);
    expect(place.answers()).toBe(portland.ingress);
    expect(await place.endpoint()).toBe("");
    expect(place.store()).toMatchObject({
      role: "unreachable",
      reason: "its database does not answer: the agent does not answer",
    });
    place.database.answering = true;
    await place.clock.advance(1000);
    expect(place.store().role).toBe("primary");
  });
});

/** Who may write at this moment. */
const writable = (all: SmallFleet) =>
  all.places.filter(({ database }) => database.answering && database.role === "primary").map(({ name }) => name);

describe("a store at two sites with a witness", () => {
  it("is taken over within the lease and a little when its primary's site vanishes (R18, R74, R82)", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    expect(all.portland.store().syncStandbys).toEqual(["portland"]);
    await all.seattle.vanish();
    await all.clock.advance(store.lease.ttlMs - store.lease.renewMs);
    expect(writable(all)).toEqual([]);
    await all.clock.advance(store.lease.renewMs + 100);
    expect(writable(all)).toEqual(["portland"]);
    expect(all.portland.store()).toMatchObject({
      primary: "portland",
      term: 2,
      durability: "local-only",
      change: { kind: "failover", from: "seattle", reason: "seattle has not renewed its lease for 1000 ms" },
    });
    expect(await all.portland.endpoint()).toBe("127.1.1.1:5432");
  });

  it("never has two that may write, and points nowhere while nobody may", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    // Nobody stops seattle: it is cut off, and goes on until its lease ends.
    all.cut("seattle", "portland");
    all.cut("seattle", "boise");
    const seen: string[] = [];
    for (let ms = 0; ms < 3000; ms += 10) {
      await all.clock.advance(10);
      const now = `${writable(all).join(" and ") || "nobody"}, from portland to ${String(await all.portland.endpoint()) || "nowhere"}`;
      if (seen.at(-1) !== now) seen.push(now);
    }
    expect(seen).toEqual(
      [
        `seattle, from portland to ${seattle.data}:5432`,
        `nobody, from portland to ${seattle.data}:5432`,
        "nobody, from portland to nowhere",
        "portland, from portland to nowhere",
        "portland, from portland to 127.1.1.1:5432",
      ].filter((line) => seen.includes(line)),
    );
    expect(seen.at(-1)).toBe("portland, from portland to 127.1.1.1:5432");
    expect(await all.seattle.endpoint()).toBe("");
  });

  it("stays where it is when only the link is cut: the primary goes on alone, and says so (R102)", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    all.cut("seattle", "portland");
    await all.clock.advance(20_000);
    expect(writable(all)).toEqual(["seattle"]);
    expect(all.seattle.store()).toMatchObject({ term: 1, durability: "local-only", syncStandbys: [] });
    expect(all.portland.store()).toMatchObject({ term: 1, primary: "seattle", syncStandbys: [] });
    // What portland lacks it must not take over, though seattle is lost now.
    await all.seattle.vanish();
    await all.clock.advance(20_000);
    expect(writable(all)).toEqual([]);
    all.heal();
    all.seattle.return();
    await all.clock.advance(2000);
    expect(writable(all)).toEqual(["seattle"]);
    expect(all.seattle.store()).toMatchObject({ durability: "replicated", syncStandbys: ["portland"] });
  });

  it("has no writer without a majority, and the same one again with it", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    all.boise.cluster.reachable = false;
    all.cut("seattle", "portland");
    await all.clock.advance(store.lease.ttlMs);
    expect(writable(all)).toEqual([]);
    await all.clock.advance(10_000);
    expect(writable(all)).toEqual([]);
    for (const place of [all.seattle, all.portland]) {
      expect(place.store().reason).toContain("no majority of the voters");
      // It does not ask in a tight loop.
      expect(place.log.length).toBeLessThan(30);
    }
    all.heal();
    all.boise.cluster.reachable = true;
    await all.clock.advance(2000);
    expect(writable(all)).toHaveLength(1);
    await all.clock.advance(2000);
    const leader = all.place(writable(all)[0]!);
    expect(leader.store().durability).toBe("replicated");
  });

  it("lets a site that returns follow, and counts on it again (R18, R96)", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    await all.seattle.vanish();
    await all.clock.advance(5000);
    all.seattle.return();
    const roles = new Set<string>();
    for (let ms = 0; ms < 2000; ms += 10) {
      await all.clock.advance(10);
      roles.add(all.seattle.database.role);
    }
    expect(roles).not.toContain("primary");
    expect(all.seattle.database.told.at(-1)).toMatchObject({ role: "standby", upstream: { host: portland.data } });
    expect(all.portland.store()).toMatchObject({ term: 2, durability: "replicated", syncStandbys: ["seattle"] });
    expect(await all.seattle.endpoint()).toBe(`${portland.data}:5432`);
    // And it can take over in its turn.
    await all.portland.vanish();
    await all.clock.advance(1500);
    expect(writable(all)).toEqual(["seattle"]);
    expect(all.seattle.store()).toMatchObject({ term: 3, change: { kind: "failover", from: "portland" } });
  });

  it("moves without loss when somebody asks for it (R129)", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    const request = { to: "portland" as never, request: "r1", reason: "maintenance" };
    const { signal } = new AbortController();
    const asked = all.seattle.keeper().change({ kind: "request-switchover", request }, signal);
    let silentMs = 0;
    for (let ms = 0; ms < 600; ms += 10) {
      await all.clock.advance(10);
      if (writable(all).length === 0) silentMs += 10;
    }
    // Networks and databases are as quick as light here: what is left is our own waiting.
    expect(silentMs).toBeLessThanOrEqual(50);
    expect((await asked)?.switchover).toEqual(request);
    expect(writable(all)).toEqual(["portland"]);
    await all.clock.advance(1000);
    expect(all.portland.store()).toMatchObject({
      term: 2,
      durability: "replicated",
      syncStandbys: ["seattle"],
      change: { kind: "switchover", from: "seattle", reason: "maintenance", request: "r1" },
    });
    expect(all.seattle.database.role).toBe("standby");
  });

  it("keeps its primary when the target of a switchover does not answer in time", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    all.portland.database.answering = false;
    const request = { to: "portland" as never, request: "r1", reason: "maintenance" };
    const asked = all.seattle.keeper().change({ kind: "request-switchover", request }, new AbortController().signal);
    await all.clock.advance(5000);
    await asked;
    expect(writable(all)).toEqual(["seattle"]);
    expect(all.seattle.store()).toMatchObject({ term: 2, primary: "seattle", durability: "local-only" });
  });

  it("is not taken over by a site whose attempt came to nothing, until there is a reason; then it is", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    // Portland's election reaches its own voter only: seattle and boise never hear of it.
    all.seattle.cluster.reachable = false;
    await all.clock.advance(store.lease.ttlMs - 50);
    all.boise.cluster.reachable = false;
    await all.clock.advance(200);
    all.seattle.cluster.reachable = true;
    all.boise.cluster.reachable = true;
    await all.clock.advance(3000);
    expect(writable(all)).toHaveLength(1);
    const leader = all.place(writable(all)[0]!);
    const other = leader === all.seattle ? all.portland : all.seattle;
    await leader.vanish();
    await all.clock.advance(2000);
    expect(writable(all)).toEqual([other.name]);
  });

  it("gives up a primary that cannot write in favour of one that can", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    all.seattle.database.freeBytes = 1e6;
    await all.clock.advance(3000);
    expect(writable(all)).toEqual(["portland"]);
    expect(all.portland.store().change).toMatchObject({ reason: "seattle gave up: its disk is nearly full" });
  });

  it("has one writer also with two controllers at one site", async () => {
    const all = await fleetWith(["seattle", "portland"]);
    await all.clock.advance(1000);
    const stop = new AbortController();
    const second = all.seattle.keeper().run(stop.signal);
    for (let ms = 0; ms < 5000; ms += 50) {
      await all.clock.advance(50);
      expect(writable(all)).toEqual(["seattle"]);
    }
    expect(all.seattle.store()).toMatchObject({ term: 1, durability: "replicated" });
    await all.portland.vanish();
    await all.clock.advance(1500);
    expect(all.seattle.database.told.at(-1)?.syncStandbys).toEqual([]);
    stop.abort();
    await second;
  });
});
