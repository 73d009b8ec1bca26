import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "./index.ts";
import { exampleText } from "./testing/examples.ts";

const parse = (assumptions: string) =>
  parseFleet(exampleText("ratings", [["\nregistry:", `\nassumptions: ${assumptions}\nregistry:`]]), "holdfast.yaml");

describe("assumptions in the fleet file (R102)", () => {
  it("are none unless the file has some", () => {
    expect(unwrap(parseFleet(exampleText("ratings"), "holdfast.yaml")).assumptions).toEqual({ figures: {} });
  });

  it("are times, or an availability with or without a time to repair", () => {
    const file = `{ peakCpuPerSite: 1.5, figures: { link: { mtbf: 60d, mttr: 4h }, host: { availability: 99.9% }, site: { availability: 99%, mttr: 8h } } }`;
    expect(unwrap(parse(file)).assumptions).toEqual({
      peakCpuPerSite: "1.5",
      figures: {
        link: { kind: "times", mtbfMs: 60 * 86_400_000, mttrMs: 4 * 3_600_000 },
        host: { kind: "availability", percent: 99.9 },
        site: { kind: "availability", percent: 99, mttrMs: 8 * 3_600_000 },
      },
    });
  });

  it.each([
    ["{ figures: { link: { mtbf: 60d } } }", "invalid-value", "assumptions.figures.link"],
    ["{ figures: { link: { mtbf: 60d, mttr: 4h, availability: 99% } } }", "invalid-value", "assumptions.figures.link"],
    ["{ figures: { link: { availability: 0% } } }", "invalid-value", "assumptions.figures.link"],
    ["{ figures: { link: {} } }", "invalid-value", "assumptions.figures.link"],
    ["{ figures: { links: { availability: 99% } } }", "unknown-key", "assumptions.figures.links"],
    ["{ peakCpuPerSite: much }", "invalid-value", "assumptions.peakCpuPerSite"],
  ])("%s is refused", (file, code, path) => {
    const result = parse(file);
    expect(result.ok ? [] : result.error.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
  });
});
