import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import type { AzureStackHub, Fleet, Site } from "./index.ts";
import { parseFleet } from "./index.ts";
import { exampleText } from "./testing/examples.ts";

/** What the pattern decides for each Hub can be said in a fleet file, and is said in its example. */
describe("examples/ratings-azure-stack-hub", () => {
  const fleet: Fleet = unwrap(parseFleet(exampleText("ratings-azure-stack-hub"), "holdfast.yaml"));
  const hubs = fleet.sites.map((site) => ({ ...site, platform: hubOf(site) }));

  it("records why the application runs on premises (R3)", () => {
    expect(fleet.drivers).toEqual(["regulation", "location"]);
  });

  it("derives region and suffix of every endpoint from each Hub's own portal (R131)", () => {
    expect(hubs.map(({ platform }) => `management.${platform.region}.${platform.suffix}`)).toEqual([
      "management.seattle.azurestack.contoso.com",
      "management.orlando.azurestack.contoso.com",
    ]);
  });

  it("takes the API profile of today's Hubs, and an older one where the file says so (R130)", () => {
    expect(hubs.map(({ platform }) => platform.apiProfile)).toEqual(["2020-09-01-hybrid", "2020-09-01-hybrid"]);
    const older = exampleText("ratings-azure-stack-hub", [
      ["connectivity: connected", "connectivity: connected\n      apiProfile: 2019-03-01-hybrid"],
    ]);
    expect(hubOf(unwrap(parseFleet(older, "holdfast.yaml")).sites[0]!).apiProfile).toBe("2019-03-01-hybrid");
  });

  it("gives each Hub a cluster of its own, in a subscription of its own (R140)", () => {
    expect(hubs.every((hub) => hub.cluster !== undefined)).toBe(true);
    expect(new Set(hubs.map((hub) => hub.platform.subscription)).size).toBe(2);
  });

  it("sizes control plane and workers apart (R43)", () => {
    for (const { cluster } of hubs) {
      expect(cluster?.controlPlane).toMatchObject({ count: 3, vmSize: "Standard_DS2_v2" });
      expect(cluster?.workerPools).toMatchObject([{ count: 3, vmSize: "Standard_D4_v2" }]);
    }
  });

  it("says for each site what the Internet reaches (R53, R66)", () => {
    for (const { network } of hubs) {
      expect(network.internet).toEqual({ application: true, kubernetesApi: false, management: false });
    }
  });

  it("lists what leaves a site, by purpose: images, charts, monitoring and node updates (R54, R60, R61, R62, R68)", () => {
    for (const { network } of hubs) {
      const purposes = network.egress.destinations.map((destination) => destination.purpose);
      expect(purposes).toEqual(expect.arrayContaining(["images", "charts", "monitoring", "node-updates"]));
    }
  });

  it("deploys into a network that exists (R72)", () => {
    expect(hubs.map((hub) => hub.network.existing?.virtualNetwork)).toEqual(["ratings-seattle", "ratings-orlando"]);
  });

  it("has a group for each Hub, and one overall group that is a member of each (R113, R114, R115)", () => {
    const groups = new Map(fleet.access.groups.map((group) => [group.name, group]));
    for (const [site, name] of [
      ["seattle", "Seattle K8s Cluster Contributor"],
      ["orlando", "Orlando K8s Cluster Contributor"],
    ] as const) {
      expect(groups.get(name)).toMatchObject({
        includes: ["K8s Cluster Contributor"],
        roles: [{ plane: "azure", role: "Contributor", sites: [site] }],
      });
    }
  });

  it("runs MongoDB itself, with a vote at a third place (R10, R84)", () => {
    const [store] = fleet.stores;
    expect(
      store?.engine === "mongodb" &&
        store.members.map(({ site, role, votes, priority }) => [site, role, votes, priority]),
    ).toEqual([
      ["seattle", "data", 1, 2],
      ["seattle", "data", 1, 1],
      ["orlando", "data", 1, 1],
      ["orlando", "data", 1, 1],
      ["azure-central", "arbiter", 1, 0],
    ]);
  });
});

function hubOf({ platform }: Site): AzureStackHub {
  if (platform.kind !== "azure-stack-hub") throw new Error("the example has Hubs only");
  return platform;
}
