import { readFileSync } from "node:fs";
import {
  parseStoreRequest,
  requestConfigMap,
  requestKeys,
  statusConfigMap,
  statusKey,
} from "../../api-contract/index.ts";
import type { SiteStatus, StoreAnswer, StoreRequest, StoreStatus } from "../../api-contract/index.ts";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../../core/spec/index.ts";
import { ClusterError } from "../../ports/index.ts";
import { SimulatedCluster } from "../../simulator/index.ts";
import type { FleetPlaces, Place } from "../site-clusters.ts";

const file = new URL("../../../../../examples/ratings/holdfast.yaml", import.meta.url);
const fleet = unwrap(parseFleet(readFileSync(file, "utf8"), "holdfast.yaml"));
export const now = new Date("2026-01-01T00:05:00.000Z");

/** The clusters of examples/ratings in memory, with controllers that say what a test tells them to. */
export class SimulatedPlaces implements FleetPlaces {
  readonly fleet = fleet;
  readonly places: readonly Place[];
  readonly clusters = new Map<string, SimulatedCluster>();

  constructor() {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    this.places = ["seattle", "portland", "boise"].map((name) => {
      const cluster = new SimulatedCluster({ now: () => now.getTime(), random });
      this.clusters.set(name, cluster);
      const role = name === "boise" ? ("witness" as const) : ("site" as const);
      return { name: name as Place["name"], role, connect: () => Promise.resolve(cluster) };
    });
  }

  cluster(site: string): SimulatedCluster {
    const cluster = this.clusters.get(site);
    if (!cluster) throw new ClusterError("not-found", site);
    return cluster;
  }

  async prepare(): Promise<void> {
    for (const cluster of this.clusters.values())
      await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "holdfast-system" } });
  }

  /** The site's controller writes its status. */
  async says(site: string, store?: Partial<StoreStatus>, change: Partial<SiteStatus> = {}): Promise<void> {
    const standby = { name: "ratings-db", role: "standby", syncStandbys: [], lag: {}, reason: "" } as const;
    const verdict = (state: "up" | "down") => ({ state, reason: "", since: "2026-01-01T00:00:00.000Z" });
    const status: SiteStatus = {
      site,
      role: site === "boise" ? "witness" : "site",
      verdicts: { seattle: verdict("up"), portland: verdict("up") },
      answers: { "www.ratings.example": ["192.0.2.10"] },
      stores: store ? [{ ...standby, ...store }] : [],
      ...change,
    };
    await this.#apply(site, statusConfigMap, statusKey, status);
  }

  async request(site: string): Promise<StoreRequest | undefined> {
    return (await this.#asked(site))?.request;
  }

  async answered(site: string): Promise<StoreAnswer | undefined> {
    return (await this.#asked(site))?.answer;
  }

  /** The site's controller answers whatever it is asked, one answer after the other. */
  async controllerAnswers(site: string, ...answers: readonly Omit<StoreAnswer, "id" | "at">[]): Promise<void> {
    let id: string | undefined;
    while (id === undefined) {
      id = (await this.request(site))?.id;
      await pause();
    }
    for (const answer of answers) {
      const object = await this.cluster(site).get({
        apiVersion: "v1",
        kind: "ConfigMap",
        ...requestConfigMap("ratings-db"),
      });
      if (!object) throw new Error("the request is gone");
      const written = JSON.stringify({ ...answer, id, at: now.toISOString() });
      await this.cluster(site).replace({
        ...object,
        data: { ...(object["data"] as object), [requestKeys.answer]: written },
      });
      await pause(150);
    }
  }

  async #asked(site: string) {
    const object = await this.cluster(site).get({
      apiVersion: "v1",
      kind: "ConfigMap",
      ...requestConfigMap("ratings-db"),
    });
    const parsed = parseStoreRequest(object?.["data"] as Record<string, string> | undefined);
    return parsed.ok ? parsed.value : undefined;
  }

  async #apply(
    site: string,
    place: { readonly namespace: string; readonly name: string },
    key: string,
    value: unknown,
  ) {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...place },
      data: { [key]: JSON.stringify(value) },
    };
    await this.cluster(site).apply(manifest);
  }
}

function pause(ms = 10): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
