import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import type { SiteStatus } from "../../packages/holdfast/src/api-contract/index.ts";
import { unwrap } from "../../packages/holdfast/src/base/index.ts";
import type { Random } from "../../packages/holdfast/src/base/index.ts";
import { Controller, StoreKeeper } from "../../packages/holdfast/src/controller/index.ts";
import { parseFleet } from "../../packages/holdfast/src/core/spec/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../packages/holdfast/src/core/spec/index.ts";
import { ClusterError } from "../../packages/holdfast/src/ports/index.ts";
import type { Cluster, DatabaseReplica, PeerClusters } from "../../packages/holdfast/src/ports/index.ts";
import {
  SimulatedCluster,
  SimulatedDatabase,
  SimulatedDatabases,
  SimulatedNameServer,
  SimulatedProber,
  VirtualClock,
} from "../../packages/holdfast/src/simulator/index.ts";

const file = new URL("../../examples/ratings/holdfast.yaml", import.meta.url);
export const fleet = unwrap(parseFleet(readFileSync(file, "utf8"), "holdfast.yaml"));
export const store = fleet.stores[0] as PostgresqlStore;
export const host = "www.ratings.example";
export const seattle = { ingress: "192.0.2.10", peering: "10.10.0.10", data: "10.10.0.12" };
export const portland = { ingress: "198.51.100.10", peering: "10.20.0.10", data: "10.20.0.12" };
const dataHosts: Readonly<Record<string, string>> = { seattle: seattle.data, portland: portland.data };

/** In steps of 1/1024: times that come of it are exact, so that no wait is too short to move the clock. */
function inSteps(seed = 1): Random {
  let state = seed;
  return {
    next: () => {
      state = (state * 16_807) % 2_147_483_647;
      return Math.floor((state / 2_147_483_647) * 1024) / 1024;
    },
  };
}

/** Two sites and a witness under one clock that the test moves, as far apart as the test wants them. */
export class SmallFleet {
  readonly clock = new VirtualClock();
  readonly fleet: Fleet;
  readonly seattle: Place;
  readonly portland: Place;
  readonly boise: Place;
  readonly random: Random;
  readonly #cuts = new Set<string>();

  private constructor(of: Fleet, random: Random) {
    this.fleet = of;
    this.random = random;
    this.seattle = new Place("seattle", "site", this);
    this.portland = new Place("portland", "site", this);
    this.boise = new Place("boise", "witness", this);
  }

  get places(): readonly Place[] {
    return [this.seattle, this.portland, this.boise];
  }

  /** The clusters of all three, and controllers where told. */
  static async with(names: readonly string[], { of = fleet, random = inSteps() } = {}): Promise<SmallFleet> {
    const made = new SmallFleet(of, random);
    for (const place of made.places) await place.prepare();
    for (const name of names) made.place(name).start();
    await made.clock.advance(1000);
    return made;
  }

  place(name: string): Place {
    const found = this.places.find((place) => place.name === name);
    if (!found) throw new Error(`no place is called ${name}`);
    return found;
  }

  /** Every connection between the two ends: their API servers' and their databases'. */
  cut(a: string, b: string): void {
    this.#cuts.add(`${a} ${b}`).add(`${b} ${a}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  joins(a: string, b: string): boolean {
    return !this.#cuts.has(`${a} ${b}`);
  }

  async stop(): Promise<void> {
    for (const place of this.places) await place.stop();
  }
}

/** One site, or the witness: its cluster, its database where it has one, and its controller. */
export class Place {
  readonly name: string;
  readonly cluster: SimulatedCluster;
  readonly prober: SimulatedProber;
  readonly names = new SimulatedNameServer();
  readonly databases = new SimulatedDatabases();
  readonly database: SimulatedDatabase;
  readonly log: string[] = [];
  readonly #role: "site" | "witness";
  readonly #all: SmallFleet;
  #controller: Controller | undefined;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(name: string, role: "site" | "witness", all: SmallFleet) {
    this.name = name;
    this.#role = role;
    this.#all = all;
    const { clock } = all;
    const ids = inSteps(1 + name.length * 7);
    this.cluster = new SimulatedCluster({ now: () => clock.wallTime().getTime(), random: () => ids.next() });
    this.prober = new SimulatedProber(clock);
    this.database = new SimulatedDatabase("agent-token", clock);
    this.database.replicas = () => this.#replicas();
  }

  get clock(): VirtualClock {
    return this.#all.clock;
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
    if (this.#role === "site") await this.placePod("127.1.1.1");
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

  start(): void {
    this.#stop = new AbortController();
    // Every loop waits for it.
    setMaxListeners(0, this.#stop.signal);
    const { clock, random } = this.#all;
    this.#controller = new Controller(
      { site: this.name as SiteName, role: this.#role, fleet: this.#all.fleet },
      {
        clock,
        random,
        cluster: this.cluster,
        peers: this.peers,
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

  /** Everything there is gone, until it returns. */
  async vanish(): Promise<void> {
    this.cluster.reachable = false;
    this.database.answering = false;
    await this.stop();
  }

  /** As after a power failure: what is on disk is there, and what was primary is fenced. */
  return(): void {
    this.cluster.reachable = true;
    this.database.answering = true;
    this.database.restart();
    this.start();
  }

  /** The voters as this site reaches them. */
  get peers(): PeerClusters {
    return { connect: (voter) => Promise.resolve(this.#reach(this.#all.place(voter))) };
  }

  /** For what people ask for: a second keeper of the same site, which runs nothing. */
  keeper(): StoreKeeper {
    const { clock, random, fleet: of } = this.#all;
    const log = { info: () => undefined, warn: () => undefined };
    return new StoreKeeper(of, store, this.name as SiteName, {
      clock,
      random,
      peers: this.peers,
      database: this.database,
      log,
    });
  }

  answers(): string {
    return this.names.addressesOf(host).join(" ");
  }

  status(): SiteStatus {
    return JSON.parse(this.page("/v1/status"));
  }

  store(): SiteStatus["stores"][number] {
    return this.status().stores[0]!;
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

  /** Who streams from here: who was told to, can reach it, and lives. */
  #replicas(): readonly DatabaseReplica[] {
    const { position } = this.database;
    const follows = ({ name, database }: Place) =>
      database.answering &&
      database.role === "standby" &&
      database.upstream === dataHosts[this.name] &&
      this.#all.joins(name, this.name);
    return this.#all.places.filter(follows).map(({ name, database }) => {
      // It has everything at once.
      database.position = position;
      return { name, state: "streaming", syncState: "sync", flushPosition: position, lagBytes: 0 };
    });
  }

  #reach({ name, cluster }: Place): Cluster {
    const ask = <T>(act: () => Promise<T>) =>
      this.#all.joins(this.name, name) ? act() : Promise.reject(new ClusterError("unreachable", "the link is cut"));
    return {
      get: (reference, signal) => ask(() => cluster.get(reference, signal)),
      create: (manifest, signal) => ask(() => cluster.create(manifest, signal)),
      replace: (manifest, signal) => ask(() => cluster.replace(manifest, signal)),
      delete: (reference, signal) => ask(() => cluster.delete(reference, signal)),
      apply: (manifest, signal) => ask(() => cluster.apply(manifest, signal)),
      list: (query, signal) => ask(() => cluster.list(query, signal)),
      follow: (query, onChange, signal, onTrouble) => ask(() => cluster.follow(query, onChange, signal, onTrouble)),
    };
  }
}
