import { describe, expect, it } from "vitest";
import { exampleReport } from "../testing/example-report.ts";
import { checkSarif } from "./index.ts";
import { sarifProblems } from "../testing/sarif-problems.ts";

const uriOf = (file: string) => `fleets/${file}`;

function log(report: Parameters<typeof checkSarif>[0]) {
  return JSON.parse(checkSarif(report, uriOf)) as {
    runs: [{ results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }];
  };
}

const broken = exampleReport("ratings-azure-stack-hub", {
  edits: [
    ["ratings-web:1.0.0", "ratings-web:latest"],
    ["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.100.0.0/16]"],
  ],
});

describe("the SARIF report", () => {
  it("keeps the 2.1.0 standard, with and without a change", () => {
    const changed = exampleReport("ratings-azure-stack-hub", {
      edits: [["controlPlane: { count: 3", "controlPlane: { count: 5"]],
      against: [],
    });
    for (const report of [broken, changed, exampleReport("ratings")]) expect(sarifProblems(log(report))).toEqual([]);
  });

  it("has a result for each finding: rule, level, place, and where else to look", () => {
    const { results, tool } = log(broken).runs[0];
    const rules = tool.driver.rules.map(({ id }) => id);
    expect(results).toHaveLength(broken.findings.length);
    const found = results.find(({ ruleId }) => ruleId === "disjoint-addresses")!;
    const { at, related } = broken.findings.find(({ rule }) => rule === "disjoint-addresses")!;
    expect(rules[found["ruleIndex"] as number]).toBe("disjoint-addresses");
    expect(found).toMatchObject({
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "fleets/holdfast.yaml" },
            region: { startLine: at.line, startColumn: at.column, endColumn: at.column + at.length! },
          },
          logicalLocations: [{ fullyQualifiedName: "witness.network.addressSpaces[0]" }],
        },
      ],
      relatedLocations: [{ id: 0, physicalLocation: { region: { startLine: related[0]!.at.line } } }],
      suppressions: [],
    });
    expect(results.find(({ ruleId }) => ruleId === "fixed-image")).toMatchObject({ level: "warning" });
  });

  it("knows a finding again after lines moved and sites changed places", () => {
    const prints = (report: typeof broken) =>
      log(report)
        .runs[0].results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))
        .toSorted();
    const moved = exampleReport("ratings-azure-stack-hub", {
      edits: [
        ["ratings-web:1.0.0", "ratings-web:latest"],
        ["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.100.0.0/16]"],
        ["apiVersion:", "# A line more.\napiVersion:"],
      ],
    });
    expect(prints(moved)).toEqual(prints(broken));
    expect(new Set(prints(broken)).size).toBe(broken.findings.length);
  });

  it("says what the file accepts, and why", () => {
    const accepted = exampleReport("ratings-azure-stack-hub", {
      edits: [
        ["ratings-web:1.0.0", "ratings-web:latest"],
        [
          "maintenance:\n",
          "checks:\n  suppress:\n    - { rule: fixed-image, reason: built in CI, until: 2026-12-31 }\nmaintenance:\n",
        ],
      ],
      today: "2026-06-01",
    });
    const result = log(accepted).runs[0].results.find(({ ruleId }) => ruleId === "fixed-image")!;
    expect(result["suppressions"]).toEqual([
      { kind: "external", status: "accepted", justification: "built in CI (until 2026-12-31)" },
    ]);
    expect(sarifProblems(log(accepted))).toEqual([]);
  });

  it("tells what is new from what was there, against an older file", () => {
    const changed = exampleReport("ratings-azure-stack-hub", {
      edits: [
        ["ratings-web:1.0.0", "ratings-web:latest"],
        ["ratings-api:1.0.0", "ratings-api:latest"],
      ],
      against: [["ratings-web:1.0.0", "ratings-web:latest"]],
    });
    const images = log(changed).runs[0].results.filter(({ ruleId }) => ruleId === "fixed-image");
    expect(images.map(({ baselineState }) => baselineState)).toEqual(["unchanged", "new"]);
  });

  it("makes no link of a name in the file", () => {
    const [first, ...rest] = broken.findings;
    const hostile = { ...broken, findings: [{ ...first!, message: "[click](https://evil.example)" }, ...rest] };
    const text = (log(hostile).runs[0].results[0]!["message"] as { text: string }).text;
    expect(text).toContain(String.raw`\[click\](https://evil.example)`);
  });
});
