import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { fleetStructure } from "./capability-structures.ts";
import type { FaultKind } from "./fault-analysis.ts";
import { estimateRecovery } from "./recovery.ts";

function recoveryOf(name: ExampleName, edits: readonly Edit[] = []) {
  const fleet = unwrap(parseFleet(exampleText(name, edits), "holdfast.yaml"));
  const estimates = estimateRecovery(fleet, fleetStructure(fleet));
  return (fault: FaultKind, lost = "") => estimates.find((one) => one.fault === fault && one.lost.includes(lost));
}

describe("the time until users are served again (R18, R83)", () => {
  it("adds up to the total, whatever the fault", () => {
    for (const name of ["ratings", "ratings-azure-stack-hub", "ratings-three-sites"] as const) {
      const fleet = unwrap(parseFleet(exampleText(name), "holdfast.yaml"));
      for (const { rto, rpo } of estimateRecovery(fleet, fleetStructure(fleet))) {
        for (const { terms, totalMs, meanwhile } of [rto, rpo]) {
          expect(terms.reduce((sum, { ms }) => sum + ms, 0)).toBe(totalMs);
          expect(meanwhile.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(totalMs);
        }
      }
    }
  });

  it("is the longer of the data's chain and the users'", () => {
    const rto = recoveryOf("ratings")("site-lost", "seattle")?.rto;
    expect(rto).toMatchObject({ totalMs: 2_800, objectiveMs: 5_000, met: true });
    expect(rto?.terms.map(({ name, ms, from }) => [name, ms, from])).toEqual([
      ["probes find the site down", 1_800, "traffic.probe: fall × interval + timeout"],
      ["resolvers forget the old answer", 1_000, "traffic.ttl"],
    ]);
    expect(rto?.meanwhile.map(({ ms, from }) => [ms, from])).toEqual([
      [1_000, "stores[0].lease.ttl"],
      [36, "links: 4 × the longest latency"],
      [180, "measured in the lab, docs/failover.md"],
      [160, "measured in the lab, docs/failover.md"],
      [400, "measured in the lab, docs/failover.md"],
    ]);
  });

  it("takes the lease where that is longer", () => {
    const slow = recoveryOf("ratings", [
      ["whenAlone: continue", "whenAlone: continue\n    lease: { renew: 1s, ttl: 4s }"],
    ]);
    expect(slow("site-lost", "seattle")?.rto.totalMs).toBe(4_000 + 36 + 180 + 160 + 400);
    // A primary whose server cannot write keeps its lease for twice as long before it gives up.
    expect(slow("database-lost")?.rto.totalMs).toBe(8_000 + 36 + 180 + 160 + 400);
  });

  it("waits for the standby's silence where a link is cut: the probes of both sites' own name servers would tell nothing", () => {
    const rto = recoveryOf("ratings")("link-cut", "seattle and portland")?.rto;
    expect(rto?.terms.map(({ ms, from }) => [ms, from])).toEqual([
      [2_000, "twice the second of its replies"],
      [700, "stores[0].lease: 2 × renew + fenceMargin"],
      [1_000, "traffic.ttl"],
    ]);
    const localOnly = recoveryOf("ratings", [["durability: replicated", "durability: local-only"]]);
    expect(localOnly("link-cut", "seattle and portland")?.rto.terms.at(0)?.ms).toBe(1_800);
  });

  it("counts Traffic Manager's upper bound", () => {
    const rto = recoveryOf("ratings-azure-stack-hub")("node-lost")?.rto;
    // AZURE-FACTS: interval x (tolerated + 1) + timeout, and the TTL.
    expect(rto?.terms.map(({ ms }) => ms)).toEqual([3 * 10_000 + 5_000, 10_000]);
    expect(rto?.meanwhile.map(({ ms }) => ms)).toEqual([10_000, 2_000, 400]);
  });

  it("is nothing while a witness, or the primary's control plane, is away", () => {
    const recovery = recoveryOf("ratings");
    expect(recovery("witness-lost")).toMatchObject({ automatic: true, rto: { totalMs: 0 } });
    expect(recovery("control-plane-lost")).toMatchObject({ automatic: true, rto: { totalMs: 0 } });
    expect(recovery("link-cut", "boise")).toMatchObject({ automatic: true, rto: { totalMs: 0 } });
  });

  it("holds commits up for the grace while a standby is silent", () => {
    const { meanwhile } = recoveryOf("ratings")("site-lost", "portland")?.rto ?? {};
    expect(meanwhile).toEqual([
      { name: "commits wait for the silent standby", ms: 700, from: "stores[0].lease: 2 × renew + fenceMargin" },
    ]);
  });

  it("is the repair where nobody may take over, with a figure that the file can set", () => {
    const local: Edit = ["durability: replicated", "durability: local-only"];
    const lost = recoveryOf("ratings", [local])("site-lost", "seattle");
    expect(lost).toMatchObject({
      automatic: false,
      needs: "repair",
      rto: { totalMs: 8 * 3_600_000, met: false },
      rpo: { totalMs: 1_000, met: false },
    });
    const known: Edit = ["\nregistry:", "\nassumptions: { figures: { site: { mtbf: 300d, mttr: 2h } } }\nregistry:"];
    expect(recoveryOf("ratings", [local, known])("site-lost", "seattle")?.rto.terms).toEqual([
      { name: "site seattle is repaired", ms: 2 * 3_600_000, from: "assumptions.figures.site" },
    ]);
  });

  it("looks at a building that takes two places along", () => {
    const recovery = recoveryOf("ratings", [["dataCentre: boise-1", "dataCentre: seattle-1"]]);
    expect(recovery("data-centre-lost", "seattle-1")).toMatchObject({ automatic: false });
    expect(recovery("site-lost", "seattle")).toMatchObject({ automatic: true });
    expect(recoveryOf("ratings")("data-centre-lost")).toBeUndefined();
  });

  it("of a backup is as old as the schedule lets it become, and promised by nobody", () => {
    const restore = recoveryOf("ratings", [['"0 2 * * *"', '"0 */6 * * *"']])("restore-from-backup");
    expect(restore?.rpo).toMatchObject({ totalMs: 6 * 3_600_000 });
    expect(restore?.rpo.met).toBeUndefined();
    // 10 GiB at 100 MB a second, between 15 and 5 minutes.
    expect(restore?.rto.totalMs).toBe(900_000 + 107_374 + 300_000);
  });

  it("waits for an operator where MongoDB has a primary and too few members that acknowledge", () => {
    const recovery = recoveryOf("ratings-azure-stack-hub");
    const [seattle, orlando] = [recovery("site-lost", "seattle"), recovery("site-lost", "orlando")];
    expect(seattle).toMatchObject({ automatic: false, needs: "operator", rto: { totalMs: 912_400, met: true } });
    expect(seattle?.rto.terms.map(({ name, ms }) => [name, ms])).toEqual([
      ["members miss the primary", 10_000],
      ["they elect another", 2_000],
      ["the application connects anew", 400],
      ["an operator takes the lost members' votes away", 900_000],
    ]);
    // Users are sent to the other site at the same time.
    expect(seattle?.rto.meanwhile.map(({ ms }) => ms)).toEqual([35_000, 10_000]);
    expect(orlando).toMatchObject({ automatic: false, needs: "operator", rto: { totalMs: 900_000 } });
    expect(recovery("link-cut", "orlando")).toMatchObject({ automatic: false, needs: "operator" });
    expect(recovery("link-cut", "azure-central")).toMatchObject({ automatic: true, rto: { totalMs: 0 } });
    expect(recovery("witness-lost")).toMatchObject({ automatic: true, rto: { totalMs: 0 } });
    expect(recovery("database-lost")).toMatchObject({ automatic: true, rto: { totalMs: 12_400 } });
    const hasty = recoveryOf("ratings-azure-stack-hub", [["rto: 20m", "rto: 1m"]]);
    expect(hasty("site-lost", "seattle")?.rto.met).toBe(false);
    expect(hasty("link-cut", "orlando")?.rto.met).toBe(false);
    expect(hasty("node-lost")?.rto.met).toBe(true);
  });

  it("waits for the repair where that is sooner than an operator, or where MongoDB has no primary", () => {
    // Two members and an arbiter: the primary's server comes back by itself in five minutes.
    const two = recoveryOf("ratings-azure-stack-hub", [["      - { site: seattle }\n      - { site: orlando }\n", ""]]);
    expect(two("database-lost")).toMatchObject({ automatic: false, needs: "repair", rto: { totalMs: 300_000 } });
    expect(two("site-lost", "seattle")).toMatchObject({ automatic: false, needs: "operator" });
    // As in the published guide: Seattle has three votes of five.
    const guide = recoveryOf("ratings-azure-stack-hub", [
      ["      - { site: azure-central, role: arbiter }", "      - { site: seattle, role: arbiter }"],
    ]);
    expect(guide("site-lost", "seattle")).toMatchObject({ needs: "repair", rto: { totalMs: 8 * 3_600_000 } });
    expect(guide("site-lost", "orlando")).toMatchObject({ needs: "operator" });
  });

  it("needs nobody where MongoDB has data at three sites", () => {
    const text = exampleText("ratings-three-sites");
    const store = text.slice(text.indexOf("    engine: postgresql"), text.indexOf("\ntraffic:"));
    const members = "    engine: mongodb\n    database: ratings\n    storage: { size: 128Gi }\n";
    const recovery = recoveryOf("ratings-three-sites", [
      [store, `${members}    members: [{ site: seattle }, { site: orlando }, { site: denver }]\n`],
    ]);
    for (const site of ["seattle", "orlando", "denver"]) {
      expect(recovery("site-lost", site)).toMatchObject({ automatic: true, rpo: { totalMs: 0 } });
    }
  });

  it("asks what MongoDB's writes wait for that ask for nothing", () => {
    const [four, two] = [[], [["      - { site: seattle }\n      - { site: orlando }\n", ""] as const]];
    expect(recoveryOf("ratings-azure-stack-hub", four)("site-lost", "seattle")?.rpo.totalMs).toBe(0);
    expect(recoveryOf("ratings-azure-stack-hub", two)("site-lost", "seattle")?.rpo.totalMs).toBe(1_000);
    expect(recoveryOf("ratings-azure-stack-hub", two)("site-lost", "orlando")?.rpo.totalMs).toBe(0);
  });
});
