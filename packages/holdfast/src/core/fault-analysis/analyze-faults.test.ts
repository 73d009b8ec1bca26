import { describe, expect, it } from "vitest";
import { generatedFleet } from "./testing/generated-fleet.ts";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { ExampleName } from "../spec/testing/examples.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import type { Capability } from "./fault-analysis.ts";
import type { FaultAnalysis, FaultAnalysisOptions } from "./index.ts";
import { analyzeFaults } from "./index.ts";

const fleetOf = (text: string) => unwrap(parseFleet(text, "holdfast.yaml"));
const analysisOf = (name: ExampleName, options?: FaultAnalysisOptions) =>
  analyzeFaults(fleetOf(exampleText(name)), options);

function capability({ capabilities }: FaultAnalysis, name: Capability) {
  const found = capabilities.find((one) => one.capability === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** Two of those alike are within two and three, and not within one. */
function isWithin(cut: readonly string[], larger: readonly string[]): boolean {
  const times = (list: readonly string[], id: string) => list.filter((one) => one === id).length;
  return cut.every((id) => times(larger, id) >= times(cut, id));
}

describe("the fault analysis of a fleet (R15, R18, R102, R103)", () => {
  it.each(exampleNames)("names components of examples/%s in every cut set, and no set that holds another", (name) => {
    const analysis = analysisOf(name);
    const ids = new Set(analysis.components.map(({ id }) => id));
    expect(ids.size).toBe(analysis.components.length);
    for (const { cutSets, importance } of analysis.capabilities) {
      for (const id of [...cutSets.flat(), ...importance.map((one) => one.id)]) expect(ids).toContain(id);
      for (const [index, cut] of cutSets.entries()) {
        expect(cutSets.some((other, at) => at !== index && isWithin(other, cut))).toBe(false);
      }
    }
  });

  it.each(exampleNames)("no one component of examples/%s that we could double ends writing", (name) => {
    const analysis = analysisOf(name);
    const byId = new Map(analysis.components.map((component) => [component.id, component]));
    const singles = capability(analysis, "serve-writes").cutSets.filter((cut) => cut.length === 1);
    // MongoDB's writes wait for members of both Hubs: an operator can let them go on.
    const ours = singles.flat().filter((id) => !analysis.writesByHand.includes(id));
    for (const id of ours) expect(byId.get(id)).toMatchObject({ distributed: true });
  });

  it("names what MongoDB on two Hubs cannot write without until an operator acts", () => {
    expect(analysisOf("ratings-azure-stack-hub").writesByHand.toSorted()).toEqual([
      "data-centre/orlando-hub-1",
      "data-centre/seattle-hub-1",
      "hub/orlando.azurestack.contoso.com",
      "hub/seattle.azurestack.contoso.com",
      "link/orlando/seattle",
      "vpn-gateway/orlando",
      "vpn-gateway/seattle",
    ]);
    for (const name of ["ratings", "ratings-three-sites"] as const) expect(analysisOf(name).writesByHand).toEqual([]);
  });

  it("counts all the time in which MongoDB acknowledges nothing, as if no operator came", () => {
    const analysis = analysisOf("ratings-azure-stack-hub");
    const unavailable = new Map(analysis.components.map(({ id, figures }) => [id, figures.unavailability]));
    const { availability = 0, cutSets } = capability(analysis, "serve-writes");
    const alone = cutSets.filter((cut) => cut.length === 1).flat();
    const all = alone.reduce((works, id) => works * (1 - (unavailable.get(id) ?? 0)), 1);
    expect(availability).toBeLessThanOrEqual(all);
    // The pairs add what a thousandth of it is.
    expect(availability).toBeCloseTo(all, 4);
    expect(capability(analysis, "serve-reads").availability).toBeGreaterThan(0.9998);
  });

  it("is about what its weak pairs come to, as rare events add up", () => {
    const analysis = analysisOf("ratings", { cutSetOrder: 4 });
    const q = new Map(analysis.components.map(({ id, figures }) => [id, figures.unavailability]));
    const { availability = 0, cutSets } = capability(analysis, "serve-writes");
    const sum = cutSets.reduce((total, cut) => total + cut.reduce((product, id) => product * (q.get(id) ?? 0), 1), 0);
    expect((1 - availability) / sum).toBeGreaterThan(0.98);
    expect(1 - availability).toBeLessThan(sum);
  });

  it("weighs components: Traffic Manager is alone, so all of its time counts", () => {
    const { importance, downtimeMsPerYear = 0 } = capability(analysisOf("ratings-azure-stack-hub"), "serve-reads");
    const [first] = importance;
    expect(first?.id).toBe("traffic-manager/ratings-contoso");
    expect(first?.birnbaum).toBeGreaterThan(0.999);
    expect(first?.fussellVesely).toBeCloseTo((0.0001 * 365.25 * 86_400_000) / downtimeMsPerYear, 2);
  });

  it("says two of those alike by naming them twice", () => {
    const text = exampleText("ratings-azure-stack-hub", [
      ["count: 3, vmSize: Standard_DS2_v2", "count: 5, vmSize: Standard_DS2_v2"],
    ]);
    const analysis = analyzeFaults(fleetOf(text), { cutSetOrder: 4 });
    const cuts = capability(analysis, "deploy").cutSets.map((cut) => cut.join(" "));
    // Of five control-plane nodes three have to be lost, and two each are on the first two hosts.
    const [first, second] = [1, 2].map((host) => `control-plane-node/seattle/host-${host}`);
    expect(analysis.components.find(({ id }) => id === first)?.count).toBe(2);
    expect(cuts).toContain([first, first, second, "data-centre/orlando-hub-1"].join(" "));
    expect(cuts).not.toContain([first, second, "data-centre/orlando-hub-1"].join(" "));
  });

  it("of ten sites with 1,900 parts is exact, and of a hundred is told to be none", () => {
    const ten = analyzeFaults(fleetOf(generatedFleet({ sites: 10, workers: 170 })));
    expect(ten.components.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(1_900);
    for (const { availability, cutSetOrder } of ten.capabilities) {
      expect(availability).toBeGreaterThan(0);
      expect(cutSetOrder).toBe(2);
    }
    const hundred = analyzeFaults(fleetOf(generatedFleet({ sites: 100, workers: 3 })));
    for (const { availability, cutSetOrder, cutSets } of hundred.capabilities) {
      expect(availability).toBeUndefined();
      expect(cutSetOrder).toBe(1);
      expect(cutSets.every((cut) => cut.length === 1)).toBe(true);
    }
    expect(capability(hundred, "deploy").cutSets).toEqual([["registry/registry.example"]]);
  });
});
