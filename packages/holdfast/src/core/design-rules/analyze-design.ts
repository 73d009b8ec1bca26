import type { FaultAnalysis } from "../fault-analysis/index.ts";
import { analyzeFaults } from "../fault-analysis/index.ts";
import type { ParsedFleet } from "../spec/index.ts";
import { formatPath } from "../spec/index.ts";
import type { Finding } from "./finding.ts";
import { designRules } from "./registry.ts";
import type { DesignRule, Severity } from "./rule.ts";
import { applySuppressions } from "./suppressions.ts";

export interface DesignCheck {
  /** ISO date, from whoever has a clock: suppressions end. */
  readonly today: string;
  readonly rules?: readonly DesignRule[];
  /** From whoever has done it already. */
  readonly faults?: FaultAnalysis;
}

const GRAVEST_FIRST: readonly Severity[] = ["error", "warning", "advice"];

/** Every finding of every rule, the suppressed ones too: the gravest first, then in the order of the file. */
export function analyzeDesign(
  parsed: ParsedFleet,
  { today, rules = designRules, faults: known }: DesignCheck,
): Finding[] {
  let analysis = known;
  const faults = () => (analysis ??= analyzeFaults(parsed.fleet));
  const findings = rules.flatMap((rule) =>
    [...rule.check(parsed.fleet, { faults })].map((violation): Finding => ({
      rule: rule.id,
      severity: violation.severity ?? rule.severity,
      requirements: rule.requirements,
      message: violation.message,
      hint: violation.hint,
      path: formatPath(violation.path),
      at: parsed.document.positionOf(violation.path),
      related: (violation.related ?? []).map(({ path, message }) => ({
        message,
        at: parsed.document.positionOf(path),
      })),
    })),
  );
  const ids = designRules.map((rule) => rule.id);
  return gravestFirst(applySuppressions(findings, parsed, { today, known: ids }));
}

export function gravestFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      GRAVEST_FIRST.indexOf(a.severity) - GRAVEST_FIRST.indexOf(b.severity) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
}
