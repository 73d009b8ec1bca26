import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { analyzeCapacity } from "./capacity.ts";

const HUBS: ExampleName = "ratings-azure-stack-hub";
const WORKERS = "{ name: workers, count: 3, vmSize: Standard_D4_v2 }";

function capacityOf(name: ExampleName, edits: readonly Edit[] = []) {
  return analyzeCapacity(unwrap(parseFleet(exampleText(name, edits), "holdfast.yaml")));
}

describe("capacity with a part lost (R18, R49, R50, R91, R102)", () => {
  it("is enough in the example, whichever site or host is lost", () => {
    expect(capacityOf(HUBS).map(({ lost, fits }) => [lost.kind, lost.site, fits])).toEqual([
      ["site", "seattle", "yes"],
      ["site", "orlando", "yes"],
      ["host", "seattle", "yes"],
      ["host", "orlando", "yes"],
    ]);
  });

  it("is unknown where a site does not say what it is built of, or of a size that no Hub has", () => {
    const [afterSeattle] = capacityOf("ratings");
    expect(afterSeattle).toMatchObject({ fits: "unknown", unknownSites: ["portland"], shortages: [] });
    expect(capacityOf(HUBS, [[WORKERS, "{ count: 3, vmSize: Standard_Unheard_Of }"]])[0]?.fits).toBe("unknown");
  });

  it("says what is missing: cores, memory and nodes", () => {
    // Two of 2 cores and 4 GiB keep 1.9 cores and 2.27 GiB each. Asked for: 12 pods of 250m and 64 MiB, two members of 500m and 512 MiB.
    const [afterSeattle] = capacityOf(HUBS, [[WORKERS, "{ name: workers, count: 2, vmSize: Standard_A2_v2 }"]]);
    expect(afterSeattle).toMatchObject({ lost: { kind: "site", site: "seattle" }, fits: "no" });
    const path = ["sites", 1, "cluster", "workerPools", 0, "count"];
    expect(afterSeattle?.shortages).toEqual([
      { site: "orlando", resource: "cpu", needed: 4, available: 3.8, unit: "cores", path },
      { site: "orlando", resource: "nodes", needed: 3, available: 2, unit: "nodes", path },
    ]);
  });

  it("counts what the workers on one host leave", () => {
    const capacity = capacityOf(HUBS, [[WORKERS, "{ name: workers, count: 4, vmSize: Standard_A2_v2 }"]]);
    // Four workers over three hosts: two are lost with the first.
    expect(capacity.find(({ lost }) => lost.kind === "host")?.shortages).toMatchObject([
      { resource: "cpu", needed: 4, available: 3.8 },
      { resource: "nodes", needed: 3, available: 2 },
    ]);
    expect(capacity[0]?.fits).toBe("yes");
  });

  it("gives each site that is left an equal share of the peak, in replicas and on nodes", () => {
    const peak: Edit = ["\nregistry:", "\nassumptions: { peakCpuPerSite: 20000m }\nregistry:"];
    const [afterSeattle] = capacityOf("ratings-three-sites", [peak]);
    // 20 cores at each of three are 30 at each of two. 12 replicas with limits of 500m can use 6.
    expect(afterSeattle?.shortages.filter(({ site }) => site === "denver")).toMatchObject([
      { resource: "replicas", needed: 30, available: 6 },
      { resource: "cpu", needed: 30.5, available: 23.46 },
      { resource: "nodes", needed: 4, available: 3 },
    ]);
  });

  it("names the quotas and the limit that keep a site from growing, and only those that hold today", () => {
    const api = "memory: 64Mi }\n        limits: { cpu: 500m, memory: 256Mi }";
    const shortages = (cpu: string, quota: string) =>
      capacityOf(HUBS, [
        ["max: 10,", "max: 1000,"],
        [`cpu: 250m, ${api}`, `cpu: ${cpu}, ${api}`],
        ["cores: 100", quota],
      ])[1]?.shortages.map(({ resource, needed, available }) => [resource, needed, available]);
    // 1,000 pods of 250m, two of 250m and two members of 500m: 33 workers of 8 cores, three nodes of 2, a helper of 2 and a worker more in an upgrade.
    expect(shortages("250m", "cores: 100")).toEqual([
      ["cpu", 251.5, 23.46],
      ["nodes", 33, 3],
      ["cores quota", 33 * 8 + 3 * 2 + 2 + 8, 100],
    ]);
    expect(shortages("400m", "cores: 1000")?.at(-1)).toEqual(["nodes per subscription", 55, 50]);
    // Too little already today: that is for the quotas' own rule to say.
    expect(shortages("250m", "cores: 10")?.map(([resource]) => resource)).toEqual(["cpu", "nodes"]);
  });
});
