import { unwrap } from "../../../base/index.ts";
import { checkChange, compareDesigns } from "../../change-check/index.ts";
import { analyzeDesign, gravestFirst } from "../../design-rules/index.ts";
import { analyzeFaults } from "../../fault-analysis/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import type { Edit, ExampleName } from "../../spec/testing/examples.ts";
import type { CheckReport } from "../check-report.ts";

interface Variant {
  readonly edits?: readonly Edit[];
  /** The old file is the example with these edits; absent: there is none. */
  readonly against?: readonly Edit[];
  readonly today?: string;
}

/** What `holdfast check` finds out about an example, or about one with a few changes. */
export function exampleReport(
  name: ExampleName,
  { edits = [], against, today = "2026-01-01" }: Variant = {},
): CheckReport {
  return reportOf(exampleText(name, edits), {
    today,
    ...(against === undefined ? {} : { against: exampleText(name, against) }),
  });
}

export function reportOf(
  text: string,
  { today, against }: { readonly today: string; readonly against?: string },
): CheckReport {
  const after = checkText(text, "holdfast.yaml", today);
  if (against === undefined) return after;
  const before = checkText(against, "old.yaml", today);
  return {
    ...after,
    findings: gravestFirst([...after.findings, ...checkChange(before.parsed, after.parsed)]),
    change: compareDesigns(before, after),
  };
}

function checkText(text: string, file: string, today: string): CheckReport {
  const parsed = unwrap(parseFleetDocument(text, file));
  const analysis = analyzeFaults(parsed.fleet);
  return { file, parsed, findings: analyzeDesign(parsed, { today, faults: analysis }), analysis };
}
