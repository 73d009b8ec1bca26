import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { hubEndpoints, loadBalancerServicesOf, publicNameOf, quotaDemand, subscriptionsOf } from "./index.ts";
import type { QuotaDemand } from "./index.ts";

function fleetOf(example: ExampleName, edits: readonly Edit[] = []) {
  return unwrap(parseFleet(exampleText(example, edits), "holdfast.yaml"));
}

const shared: Edit = [
  "orlando.azurestack.contoso.com\n      identity: azure-ad\n      connectivity: connected\n      subscription: ratings-orlando",
  "seattle.azurestack.contoso.com/\n      identity: azure-ad\n      connectivity: connected\n      subscription: Ratings-Seattle",
];

describe("what a subscription's clusters need (R49, R91)", () => {
  it("adds machines, disks and addresses of the pattern's own example, and the worker that an upgrade adds", () => {
    const fleet = fleetOf("ratings-azure-stack-hub");
    const demand = quotaDemand(fleet, subscriptionsOf(fleet)[0]!);
    expect(Object.fromEntries(Object.entries(demand).map(([name, one]) => [name, one.needed]))).toEqual({
      // 3 + 3, the helper machine, and the one more
      virtualMachines: 8,
      networkInterfaces: 8,
      // 3 x 2 + 3 x 8 + 2 + 8
      cores: 40,
      availabilitySets: 2,
      // the ingress controller and the VPN gateway; the API is private
      publicAddresses: 2,
      // API, workers, internal services
      loadBalancers: 3,
      vpnGateways: 1,
      vpnConnections: 2,
      // 7 x 128 + 30 + 3 x 128 + 2 x 128
      managedDiskGiB: 1_566,
    });
    expect(demand.managedDiskGiB.parts.map(({ what, amount }) => `${amount} ${what}`)).toEqual([
      "384 3 control-plane nodes with 128 GiB",
      "384 3 workers with 128 GiB",
      "30 1 helper machine with 30 GiB",
      "384 3 etcd disks of 128 GiB",
      "256 2 volumes of 128 GiB for ratings-mongodb",
      "128 1 worker more during an upgrade",
    ]);
  });

  it("adds the clusters of one subscription, with one worker more for all of them", () => {
    const fleet = fleetOf("ratings-azure-stack-hub", [shared]);
    const subscriptions = subscriptionsOf(fleet);
    expect(subscriptions.map(({ hub, sites }) => [hub, sites.map(({ index }) => index)])).toEqual([
      ["seattle.azurestack.contoso.com", [0, 1]],
    ]);
    const demand = quotaDemand(fleet, subscriptions[0]!);
    expect(demand.virtualMachines.needed).toBe(15);
    expect(demand.managedDiskGiB.needed).toBe(2 * (1_566 - 128) + 128);
    expect(demand.virtualMachines.parts[0]).toEqual({ what: "3 control-plane nodes in seattle", amount: 3 });
  });

  it("counts a public API, data disks, an arbiter's volume and a DNS server where they are", () => {
    const fleet = fleetOf("ratings-disconnected", [
      ["kubernetesApi: false", "kubernetesApi: true"],
      ["count: 3, vmSize: Standard_D4_v2", "count: 3, vmSize: Standard_D4_v2, dataDisksGiB: [100, 50]"],
      ["site: operations, role: arbiter", "site: fort-west, role: arbiter"],
    ]);
    const demand = quotaDemand(fleet, subscriptionsOf(fleet)[0]!);
    expect(parts(demand.publicAddresses)).toEqual([
      "Kubernetes API",
      "ingress controller",
      "DNS server",
      "VPN gateway",
    ]);
    expect(demand.loadBalancers.needed).toBe(4);
    expect(parts(demand.managedDiskGiB)).toContain("1 volume of 1 GiB for the arbiter of ratings-mongodb");
    expect(demand.managedDiskGiB.needed).toBe(1_566 + 4 * 150 + 1);
  });

  it("adds up, for every quota of every example", () => {
    for (const example of ["ratings-azure-stack-hub", "ratings-disconnected", "ratings-three-sites"] as const) {
      const fleet = fleetOf(example);
      for (const subscription of subscriptionsOf(fleet)) {
        for (const { needed, parts: list } of Object.values(quotaDemand(fleet, subscription))) {
          expect(list.reduce((sum, { amount }) => sum + amount, 0)).toBe(needed);
          expect(needed).toBeGreaterThan(0);
        }
      }
    }
  });
});

it("counts the LoadBalancer services of a site, public and internal (R56, R57)", () => {
  const fleet = fleetOf("ratings-three-sites");
  expect(loadBalancerServicesOf(fleet, fleet.sites[0]!)).toEqual([
    { what: "ingress controller", reach: "public", count: 1 },
    { what: "DNS server", reach: "public", count: 1 },
    { what: "ratings-db for other sites", reach: "internal", count: 1 },
  ]);
  expect(loadBalancerServicesOf({ ...fleet, stores: [] }, fleet.sites[0]!)).toHaveLength(2);
});

it("derives a Hub's endpoints from its region and suffix (R73, R131)", () => {
  const hub = { region: "seattle", suffix: "azurestack.contoso.com" };
  expect(hubEndpoints(hub)).toEqual({
    hub: "seattle.azurestack.contoso.com",
    portal: "https://portal.seattle.azurestack.contoso.com",
    management: "https://management.seattle.azurestack.contoso.com",
    adminPortal: "https://adminportal.seattle.azurestack.contoso.com",
    adminManagement: "https://adminmanagement.seattle.azurestack.contoso.com",
    vaultDnsSuffix: "vault.seattle.azurestack.contoso.com",
    storageSuffix: "seattle.azurestack.contoso.com",
    vmDnsSuffix: "cloudapp.azurestack.contoso.com",
  });
  expect(publicNameOf(hub, "ratings")).toBe("ratings.seattle.cloudapp.azurestack.contoso.com");
});

function parts(demand: QuotaDemand): string[] {
  return demand.parts.map(({ what }) => what);
}
