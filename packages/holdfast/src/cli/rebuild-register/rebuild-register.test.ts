import { beforeEach, describe, expect, it } from "vitest";
import { registerName, SYSTEM_NAMESPACE } from "../../core/render/kubernetes/index.ts";
import type { PostgresqlStore } from "../../core/spec/index.ts";
import { SimulatedPlaces } from "../testing/simulated-places.ts";
import { rebuild } from "./index.ts";

let places: SimulatedPlaces;
let told: string[];
const reference = {
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: SYSTEM_NAMESPACE,
  name: registerName("ratings-db"),
};
const sites = ["seattle", "portland", "boise"] as const;

beforeEach(async () => {
  told = [];
  places = new SimulatedPlaces();
  await places.prepare();
  await places.says("seattle", { role: "fenced", term: 4, position: "0/5000" });
  await places.says("portland", { role: "fenced", term: 6, position: "0/6000" });
});

async function rebuildFor(to: string, acceptDataLoss = true) {
  const store = places.fleet.stores[0] as PostgresqlStore;
  return rebuild(places, store, { to, acceptDataLoss, timeout: 400, reason: "two clusters burned" }, (line) =>
    told.push(line),
  );
}

/** The controller of that site finds the new register, and its database becomes primary. */
async function rebuildAndObey(to: string) {
  const before = await termAt(to);
  const obeying = async () => {
    await expect.poll(() => termAt(to), { interval: 5 }).not.toBe(before);
    await places.says(to, { role: "primary", term: (await termAt(to)) ?? 0, position: "0/6000" });
  };
  const [report] = await Promise.all([rebuildFor(to), obeying()]);
  return report;
}

async function termAt(site: string): Promise<number | undefined> {
  return (await places.cluster(site).get(reference)) && (await registerAt(site)).accepted?.register.value.term;
}

async function registerAt(site: string) {
  const object = await places.cluster(site).get(reference);
  return JSON.parse((object?.["data"] as { "register.json": string })["register.json"]) as {
    promised: { n: number };
    accepted?: { register: { voters: object; value: { term: number; phase: string; election?: object } } };
  };
}

describe("holdfast rebuild-register", () => {
  it("shows what each site has, and does nothing without consent", async () => {
    const report = await rebuildFor("portland", false);
    expect(report).toMatchObject({ state: "refused", message: expect.stringContaining("--accept-data-loss") });
    expect(told).toEqual(["seattle: fenced, at 0/5000, term 4", "portland: fenced, at 0/6000, term 6"]);
    for (const site of sites) expect(await places.cluster(site).get(reference)).toBeUndefined();
  });

  it("begins anew where nothing is left, above every term that a database knows", async () => {
    expect(await rebuildAndObey("portland")).toMatchObject({ state: "done", tookMs: expect.any(Number) });
    for (const site of sites) {
      const { voters, value } = (await registerAt(site)).accepted!.register;
      expect(Object.keys(voters)).toEqual([...sites]);
      expect(value).toMatchObject({ phase: "electing", term: 7, established: true });
      expect(value.election).toMatchObject({ candidates: ["portland"], kind: "forced", preferred: "portland" });
    }
  });

  it("goes on from the newest value that is left, although two of three voters lost theirs", async () => {
    await rebuildAndObey("portland");
    for (const site of ["seattle", "boise"]) await places.cluster(site).delete(reference);
    expect(await rebuildAndObey("seattle")).toMatchObject({ state: "done" });
    expect((await registerAt("boise")).accepted?.register.value).toMatchObject({ term: 8, phase: "electing" });
  });

  it("refuses while a majority of the voters knows what was decided", async () => {
    await rebuildAndObey("portland");
    await places.cluster("boise").delete(reference);
    expect(await rebuildFor("seattle")).toMatchObject({
      state: "refused",
      message: expect.stringContaining("holdfast failover --accept-data-loss"),
    });
    expect((await registerAt("seattle")).accepted?.register.value.term).toBe(7);
  });

  it("takes every voter, or changes nothing", async () => {
    places.cluster("boise").reachable = false;
    expect(await rebuildFor("portland")).toMatchObject({
      state: "refused",
      message: expect.stringContaining("boise cannot be asked"),
    });
    for (const site of ["seattle", "portland"]) expect((await registerAt(site)).accepted).toBeUndefined();
  });

  it("says so when the site has not become primary in time, also when it was primary in an older term", async () => {
    await places.says("portland", { role: "primary", term: 6 });
    expect(await rebuildFor("portland")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("portland is not primary yet"),
    });
  });
});
