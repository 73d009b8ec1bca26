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

/** The examples as they are keep the rule; each case breaks it in one place, or comes near it. */
export function testRule(rule: DesignRule, cases: readonly RuleCase[]): void {
  it.each(exampleNames)("finds nothing in examples/%s", (example) => {
    expect(findingsOf(rule, exampleText(example))).toEqual([]);
  });
  it.each(cases)("$what", ({ example, edits, findings }) => {
    expect(findingsOf(rule, exampleText(example, edits))).toEqual(findings);
  });
}

function findingsOf(rule: DesignRule, text: string): string[] {
  const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
  return analyzeDesign(parsed, [rule]).map((finding) => `${finding.severity} ${finding.path}`);
}
