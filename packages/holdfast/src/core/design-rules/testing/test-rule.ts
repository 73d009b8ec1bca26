import { expect, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import type { Edit, ExampleName } from "../../spec/testing/examples.ts";
import { exampleNames, exampleText } from "../../spec/testing/examples.ts";
import { analyzeDesign } from "../analyze-design.ts";
import type { DesignRule } from "../rule.ts";

export interface RuleCase {
  readonly what: string;
  readonly example: ExampleName;
  readonly edits: readonly Edit[];
  /** `severity path` of each finding; none: the rule has nothing to say. */
  readonly findings: readonly string[];
}

/**
 * The examples as they are keep the rule, or say in `inExamples` what remains to be said of a design that is sound: never an
 * error. Each case breaks the rule in one place, or comes near it.
 */
export function testRule(
  rule: DesignRule,
  cases: readonly RuleCase[],
  inExamples: Readonly<Partial<Record<ExampleName, readonly string[]>>> = {},
): void {
  it.each(exampleNames)("finds nothing in examples/%s but what is to be expected", (example) => {
    const findings = findingsOf(rule, exampleText(example));
    expect(findings).toEqual(inExamples[example] ?? []);
    expect(findings.filter((finding) => finding.startsWith("error"))).toEqual([]);
  });
  it.each(cases)("$what", ({ example, edits, findings }) => {
    expect(findingsOf(rule, exampleText(example, edits))).toEqual(findings);
  });
}

/** No example suppresses anything, so any day will do. */
const TODAY = "2027-01-01";

function findingsOf(rule: DesignRule, text: string): string[] {
  const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
  return analyzeDesign(parsed, { today: TODAY, rules: [rule] }).map((finding) => `${finding.severity} ${finding.path}`);
}
