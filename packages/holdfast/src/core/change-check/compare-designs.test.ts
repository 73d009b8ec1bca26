import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { analyzeDesign } from "../design-rules/index.ts";
import { analyzeFaults } from "../fault-analysis/index.ts";
import { parseFleetDocument } from "../spec/index.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { compareDesigns, namedPath } from "./index.ts";

function design(name: ExampleName, edits: readonly Edit[], file: string) {
  const parsed = unwrap(parseFleetDocument(exampleText(name, edits), file));
  return {
    file,
    parsed,
    findings: analyzeDesign(parsed, { today: "2026-01-01" }),
    analysis: analyzeFaults(parsed.fleet),
  };
}

const compare = (name: ExampleName, before: readonly Edit[], after: readonly Edit[]) =>
  compareDesigns(design(name, before, "old.yaml"), design(name, after, "new.yaml"));

const oneBuilding: readonly Edit[] = [["dataCentre: portland-1", "dataCentre: seattle-1"]];

describe("two designs", () => {
  it.each(exampleNames)("examples/%s and itself have no difference", (name) => {
    expect(compare(name, [], [["apiVersion", "# moved by a line\napiVersion"]])).toEqual({
      against: "old.yaml",
      findings: { appeared: [], gone: [] },
      capabilities: [],
      recovery: [],
    });
  });

  it("say what became worse: findings, what ends a capability, availability (R16, R18)", () => {
    const { findings, capabilities } = compare("ratings", [], oneBuilding);
    expect(findings.appeared.map(({ rule }) => rule)).toContain("separate-data-centres");
    expect(findings.gone).toEqual([]);
    const writes = capabilities.find(({ capability }) => capability === "serve-writes")!;
    expect(writes.availability.after).toBeLessThan(writes.availability.before!);
    expect(writes.cutSets.appeared.some((set) => set.length === 1 && set[0]!.includes("seattle-1"))).toBe(true);
  });

  it("say the opposite of the opposite change", () => {
    const [there, back] = [compare("ratings", [], oneBuilding), compare("ratings", oneBuilding, [])];
    expect(back.findings.gone.map(({ rule, path }) => [rule, path])).toEqual(
      there.findings.appeared.map(({ rule, path }) => [rule, path]),
    );
    for (const change of there.capabilities) {
      const opposite = back.capabilities.find(({ capability }) => capability === change.capability)!;
      expect(opposite.availability).toEqual({ before: change.availability.after, after: change.availability.before });
      expect(opposite.cutSets).toEqual({ appeared: change.cutSets.gone, gone: change.cutSets.appeared });
    }
  });

  it("say how a fault's time changes (R85)", () => {
    const { recovery } = compare("ratings-three-sites", [], [["ttl: 4s, fenceMargin: 1s", "ttl: 8s, fenceMargin: 1s"]]);
    const lost = recovery.find(({ fault, lost: what }) => fault === "site-lost" && what.includes("seattle"))!;
    expect(lost.rtoMs.after! - lost.rtoMs.before!).toBeGreaterThan(3_000);
    expect(lost.rpoMs).toEqual({ before: 0, after: 0 });
  });
});

describe("a path by names", () => {
  const data = {
    sites: [{ name: "seattle" }, { name: "orlando", members: [{ site: "x" }] }],
    "a key": [{ name: "b" }],
  };
  it.each([
    ["sites[1].network.addressSpaces[0]", "sites[orlando].network.addressSpaces[0]"],
    ["sites[1].members[0]", "sites[orlando].members[0]"],
    ["sites[7].name", "sites[7].name"],
    ['["a key"][0].name', '["a key"][b].name'],
    ["", ""],
  ])("%s is %s", (path, named) => {
    expect(namedPath(path, data)).toBe(named);
  });
});
