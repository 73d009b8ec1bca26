import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleetDocument } from "../spec/index.ts";
import type { Edit } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { analyzeDesign } from "./analyze-design.ts";
import { fixedImage } from "./rules/fixed-image.ts";
import { spareReplica } from "./rules/spare-replica.ts";

const MOVING: Edit = ["ratings-web:0.1.0", "ratings-web:latest"];
const SINGLE: Edit = ["replicas: 2", "replicas: 1"];

function analyze(today: string, suppress: readonly string[], ...edits: Edit[]) {
  const checks = `checks:\n  suppress:\n${suppress.map((one) => `    - { ${one} }\n`).join("")}registry:`;
  const text = exampleText("ratings", [...(suppress.length === 0 ? [] : [["registry:", checks] as const]), ...edits]);
  const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
  return { text, findings: analyzeDesign(parsed, { today, rules: [fixedImage, spareReplica] }) };
}

const brief = ({ findings }: ReturnType<typeof analyze>) =>
  findings.map(({ rule, path, suppressed }) => `${rule} ${path}${suppressed === undefined ? "" : " suppressed"}`);

const REASON = "reason: built on this site only";
const IMAGE = "fixed-image application.components[0].image";

describe("checks.suppress", () => {
  it("keeps a suppressed finding, with its reason and last day", () => {
    const { findings } = analyze("2027-01-01", [`rule: fixed-image, ${REASON}, until: 2027-03-31`], MOVING, SINGLE);
    expect(findings.map(({ rule, suppressed }) => ({ rule, suppressed }))).toEqual([
      { rule: "fixed-image", suppressed: { reason: "built on this site only", until: "2027-03-31" } },
      { rule: "spare-replica", suppressed: undefined },
    ]);
  });

  it("counts on its last day, and no longer on the next", () => {
    const until = [`rule: fixed-image, ${REASON}, until: 2027-03-31`];
    expect(brief(analyze("2027-03-31", until, MOVING))).toEqual([`${IMAGE} suppressed`]);
    const { text, findings } = analyze("2027-04-01", until, MOVING);
    expect(findings.map(({ suppressed }) => suppressed)).toEqual([undefined]);
    const line = text.split("\n").findIndex((one) => one.includes("until: 2027-03-31")) + 1;
    expect(findings[0]?.related).toMatchObject([
      { message: "the suppression of it expired on 2027-03-31", at: { line } },
    ]);
  });

  it("takes a later entry where an earlier one expired", () => {
    const both = [`rule: fixed-image, ${REASON}, until: 2026-01-01`, `rule: fixed-image, ${REASON}, until: 2028-01-01`];
    expect(brief(analyze("2027-01-01", both, MOVING))).toEqual([`${IMAGE} suppressed`]);
  });

  it.each([
    ["application.components[0].image", true],
    ["application.components[0]", true],
    ["application", true],
    ["application.components[0].ima", false],
    ["application.components[1]", false],
  ])("at the path %s and below: %s", (path, fits) => {
    const found = brief(
      analyze("2027-01-01", [`rule: fixed-image, path: "${path}", ${REASON}, until: 2027-03-31`], MOVING),
    );
    expect(found).toEqual(fits ? [`${IMAGE} suppressed`] : [IMAGE, "suppression-unused checks.suppress[0]"]);
  });

  it("advises to remove one that suppresses nothing", () => {
    const { findings } = analyze("2027-01-01", [`rule: fixed-image, ${REASON}, until: 2027-03-31`]);
    expect(findings).toMatchObject([{ rule: "suppression-unused", severity: "advice", path: "checks.suppress[0]" }]);
  });

  it("refuses an unknown rule, with a suggestion", () => {
    const { findings } = analyze("2027-01-01", [`rule: fixed-imag, ${REASON}, until: 2027-03-31`], MOVING);
    expect(findings).toMatchObject([
      {
        rule: "unknown-rule",
        severity: "error",
        path: "checks.suppress[0].rule",
        hint: 'Did you mean "fixed-image"?',
      },
      { rule: "fixed-image" },
    ]);
  });
});
