import { describe, expect, it } from "vitest";
import type { Fleet } from "../core/spec/index.ts";
import { planNetwork, publishedPort, sitePlan } from "./network-plan.ts";

const fleet = {
  sites: [{ name: "seattle" }, { name: "portland" }],
  witness: { name: "boise" },
} as unknown as Fleet;

describe("the lab's network", () => {
  const plan = planNetwork(fleet, 20);

  it("gives each site a block of its own (R75, R76)", () => {
    expect(plan.sites.map((site) => [site.name, site.role, site.externalAddress])).toEqual([
      ["seattle", "site", "127.21.0.2"],
      ["portland", "site", "127.22.0.2"],
      ["boise", "witness", "127.23.0.2"],
    ]);
  });

  it("lets a site reach a peer only at an address in its own block, which is the link (R64)", () => {
    expect(Object.fromEntries(sitePlan(plan, plan.sites[0]!.name).viewOf)).toEqual({
      portland: "127.21.9.22",
      boise: "127.21.9.23",
    });
  });

  it("publishes privileged ports where anybody may bind", () => {
    expect([53, 80, 443, 5432, 6443].map(publishedPort)).toEqual([8053, 8080, 8443, 5432, 6443]);
  });
});
