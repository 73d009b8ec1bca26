import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { SiteStatus } from "../../packages/holdfast/src/api-contract/index.ts";
import { unwrap } from "../../packages/holdfast/src/base/index.ts";
import { Controller } from "../../packages/holdfast/src/controller/index.ts";
import { parseFleet } from "../../packages/holdfast/src/core/spec/index.ts";
import type { Fleet, SiteName } from "../../packages/holdfast/src/core/spec/index.ts";
import type { DatabaseReplica } from "../../packages/holdfast/src/ports/index.ts";
import {
  SimulatedCluster,
  SimulatedDatabase,
  SimulatedDatabases,
  SimulatedNameServer,
  SimulatedProber,
  VirtualClock,
} from "../../packages/holdfast/src/simulator/index.ts";

const file = new URL("../../examples/ratings/holdfast.yaml", import.meta.url);
const fleet = unwrap(parseFleet(readFileSync(file, "utf8"), "holdfast.yaml"));
const host = "www.ratings.example";
const seattle = { ingress: "192.0.2.10", peering: "10.10.0.10" };
const portland = { ingress: "198.51.100.10", peering: "10.20.0.10" };
const streaming: DatabaseReplica = {
  name: "portland",
  state: "streaming",
  syncState: "sync",
  flushPosition: "0/1",
  lagBytes: 0,
};

/** One site as its controller sees it, under a clock that the test moves. */
class Place {
  readonly clock: VirtualClock;
  readonly cluster: SimulatedCluster;
  readonly prober: SimulatedProber;
  readonly names = new SimulatedNameServer();
  readonly databases = new SimulatedDatabases();
  readonly database = new SimulatedDatabase("agent-token");
  readonly log: string[] = [];
  #controller: Controller | undefined;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor() {
    this.clock = new VirtualClock();
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    this.cluster = new SimulatedCluster({ now: () => this.clock.wallTime().getTime(), random });
    this.prober = new SimulatedProber(this.clock);
  }

  async prepare(): Promise<void> {
    for (const name of ["holdfast-system", "ratings"]) {
      await this.cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    const secret = { name: "ratings-db-system", namespace: "ratings" };
    await this.cluster.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: secret,
      stringData: { "agent-token": "agent-token" },
    });
    await this.placePod("127.1.1.1");
    for (const address of [seattle.ingress, seattle.peering, portland.ingress, portland.peering]) {
      this.prober.behaviours.set(address, "healthy");
    }
  }

  /** The database's pod, as a node would report it. */
  async placePod(address: string): Promise<void> {
    const labels = { "app.kubernetes.io/name": "ratings-db", "holdfast.dev/fleet": "ratings" };
    const metadata = { name: "ratings-db-0", namespace: "ratings", labels };
    const spec = { containers: [{ name: "postgres", image: "postgres" }] };
    await this.cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec });
    const pod = this.cluster.store.findKind("v1", "Pod")!;
    const key = { type: pod, namespace: "ratings", name: "ratings-db-0" };
    this.cluster.store.patch(key, "merge", { status: { phase: "Running", podIP: address } }, { subresource: "status" });
    this.databases.byHost.clear();
    this.databases.byHost.set(address, this.database);
  }

  start(site: string, role: "site" | "witness" = "site", of: Fleet = fleet): void {
    this.#stop = new AbortController();
    this.#controller = new Controller(
      { site: site as SiteName, role, fleet: of },
      {
        clock: this.clock,
        random: { next: () => 0 },
        cluster: this.cluster,
        prober: this.prober,
        databases: this.databases,
        lookup: { lookup: (name) => Promise.resolve(name) },
        nameServer: this.names,
        log: { info: (message) => this.log.push(message), warn: (message) => this.log.push(`! ${message}`) },
      },
    );
    this.#running = this.#controller.run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  answers(): string {
    return this.names.addressesOf(host).join(" ");
  }

  status(): SiteStatus {
    return JSON.parse(this.#controller?.handle("/v1/status")?.body ?? "{}");
  }

  page(path: string): string {
    return this.#controller?.handle(path)?.body ?? "";
  }

  async kept(): Promise<SiteStatus | undefined> {
    const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: "holdfast-system", name: "holdfast-status" };
    const object = await this.cluster.get(reference);
    return object && JSON.parse((object["data"] as Record<string, string>)["status.json"] ?? "{}");
  }

  async endpoint(): Promise<unknown> {
    const reference = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      namespace: "ratings",
      name: "ratings-db-rw-primary",
    };
    const slice = (await this.cluster.get(reference)) as
      { endpoints: { addresses: string[] }[]; ports: { port: number }[] } | undefined;
    return slice?.endpoints.map(({ addresses }) => `${addresses[0]}:${slice.ports[0]?.port}`).join();
  }
}

const places: Place[] = [];
afterEach(async () => {
  for (const place of places.splice(0)) await place.stop();
});

async function placeAt(site: string, role: "site" | "witness" = "site", of?: Fleet): Promise<Place> {
  const place = new Place();
  places.push(place);
  await place.prepare();
  place.start(site, role, of);
  await place.clock.advance(1000);
  return place;
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
    const place = await placeAt("boise", "witness");
    expect(place.answers()).toBe(seattle.ingress);
    expect(place.status()).toMatchObject({ role: "witness", stores: [] });
  });

  it("keeps its verdicts over a restart, also while its own cluster cannot be reached", async () => {
    const place = await placeAt("portland");
    place.prober.behaviours.set(seattle.peering, "refusing");
    await place.clock.advance(3000);
    const kept = await place.kept();
    await place.stop();
    place.start("portland");
    await place.clock.advance(0);
    expect(place.answers()).toBe(portland.ingress);
    expect(place.status().verdicts["seattle"]).toEqual(kept?.verdicts["seattle"]);

    await place.stop();
    place.cluster.reachable = false;
    place.start("portland");
    await place.clock.advance(3000);
    expect(place.answers()).toBe(portland.ingress);
    place.cluster.reachable = true;
  });

  it("does not send users to its own site when that comes back without its application", async () => {
    const place = await placeAt("seattle");
    await place.clock.advance(2000);
    await place.stop();
    place.prober.behaviours.set(seattle.ingress, "refusing");
    place.start("seattle");
    await place.clock.advance(1);
    expect(place.answers()).toBe(portland.ingress);
    place.prober.behaviours.set(seattle.ingress, "healthy");
    await place.clock.advance(1000);
    expect(place.answers()).toBe(seattle.ingress);
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
    const primary = await placeAt("seattle");
    const standby = await placeAt("portland");
    expect(primary.database.told.at(-1)).toEqual({
      role: "primary",
      term: 1,
      standbys: ["portland"],
      syncStandbys: [],
    });
    const upstream = { host: "10.10.0.12", port: fleet.stores[0]?.peeringPort };
    expect(standby.database.told.at(-1)).toMatchObject({ role: "standby", term: 1, upstream });
    expect(await primary.endpoint()).toBe("127.1.1.1:5432");
    expect(await standby.endpoint()).toBe(`${upstream.host}:${upstream.port}`);
  });

  it("waits for the standby while it streams, and goes on within a second of its loss (R18, R102)", async () => {
    const place = await placeAt("seattle");
    expect(place.status().stores[0]).toMatchObject({ role: "primary", durability: "local-only", syncStandbys: [] });
    place.database.replicas = [streaming];
    await place.clock.advance(400);
    expect(place.status().stores[0]).toMatchObject({
      durability: "replicated",
      syncStandbys: ["portland"],
      reason: "",
    });
    place.database.replicas = [];
    await place.clock.advance(500);
    expect(place.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    await place.clock.advance(500);
    expect(place.database.told.at(-1)?.syncStandbys).toEqual([]);
    expect(place.status().stores[0]).toMatchObject({
      durability: "local-only",
      reason: expect.stringContaining("this site only"),
    });
    expect(place.log).toContain("! the store changed");
    place.database.replicas = [streaming];
    await place.clock.advance(600);
    expect(place.status().stores[0]?.durability).toBe("replicated");
  });

  it("goes on waiting where the file says so", async () => {
    const store = { ...fleet.stores[0]!, whenAlone: "block" } as Fleet["stores"][0];
    const place = await placeAt("seattle", "site", { ...fleet, stores: [store] });
    place.database.replicas = [streaming];
    await place.clock.advance(600);
    place.database.replicas = [];
    await place.clock.advance(5000);
    expect(place.database.told.at(-1)?.syncStandbys).toEqual(["portland"]);
    expect(place.status().stores[0]?.durability).toBe("blocked");
  });

  it("serves again after its site came back, by the same register", async () => {
    const place = await placeAt("seattle");
    place.database.restart();
    expect((await place.database.state()).role).toBe("fenced");
    await place.clock.advance(1500);
    expect((await place.database.state()).role).toBe("primary");
  });

  it("follows what the register says, at once", async () => {
    const place = await placeAt("seattle");
    const reference = {
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "holdfast-system",
      name: "holdfast-store-ratings-db",
    };
    const register = await place.cluster.get(reference);
    expect(register).toMatchObject({ data: { primary: "seattle", term: "1" } });
    await place.cluster.replace({ ...register!, data: { primary: "portland", term: "2" } });
    await place.clock.advance(0);
    expect(place.database.told.at(-1)).toMatchObject({ role: "standby", term: 2, upstream: { host: "10.20.0.12" } });
    expect(await place.endpoint()).toMatch(/^10\.20\.0\.12:/);
  });

  it("touches nothing while the register makes no sense", async () => {
    const place = await placeAt("seattle");
    const told = place.database.told.length;
    const reference = {
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "holdfast-system",
      name: "holdfast-store-ratings-db",
    };
    const register = await place.cluster.get(reference);
    await place.cluster.replace({ ...register!, data: { primary: "portland", term: "soon" } });
    await place.clock.advance(5000);
    expect(place.database.told).toHaveLength(told);
    expect(place.log.filter((line) => line.includes("names no primary")).length).toBe(2);
  });

  it("is found again where its pod has moved", async () => {
    const place = await placeAt("seattle");
    await place.placePod("127.1.1.9");
    await place.clock.advance(1000);
    expect(await place.endpoint()).toBe("127.1.1.9:5432");
    expect(place.status().stores[0]?.role).toBe("primary");
  });

  it("whose agent is silent holds up neither the steering nor the endpoints, and is told once", async () => {
    const place = await placeAt("seattle");
    place.database.answering = false;
    place.prober.behaviours.set(seattle.ingress, "refusing");
    await place.clock.advance(5000);
    expect(place.answers()).toBe(portland.ingress);
    expect(place.status().stores[0]).toMatchObject({ role: "unreachable", reason: "the agent does not answer" });
    expect(place.log.filter((line) => line.includes("keeping the database"))).toHaveLength(1);
    place.database.answering = true;
    await place.clock.advance(1000);
    expect(place.status().stores[0]?.role).toBe("primary");
  });
});
