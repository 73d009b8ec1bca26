import { readFileSync } from "node:fs";
import { unwrap } from "../../../packages/holdfast/src/base/index.ts";
import { parseFleet } from "../../../packages/holdfast/src/core/spec/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../../packages/holdfast/src/core/spec/index.ts";
import type { Drain } from "../../../packages/holdfast/src/simulator/index.ts";

/** Two sites and a witness, as in the example. */
export const fleet = readFleet("examples/ratings/holdfast.yaml");
export const store = storeOf(fleet);
export const sites = store.sites;
export const voters: readonly SiteName[] = [...sites, fleet.witness!.name];
export const { lease } = store;

/** Three sites with data and a witness: an even number of voters. */
export const threeSites = readFleet("tests/end-to-end/testdata/three-sites.yaml");

export const hostOf = (site: SiteName): string =>
  fleet.sites.find(({ name }) => name === site)!.addresses.peering.dataHost!;

/** Node runs its tick queue only when no promise is left to run: a drain without a turn of the event loop. */
export const drain: Drain = () => new Promise((resolve) => process.nextTick(resolve));

export function storeOf({ stores }: Fleet): PostgresqlStore {
  return stores[0] as PostgresqlStore;
}

function readFleet(path: string): Fleet {
  return unwrap(parseFleet(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"), path));
}
