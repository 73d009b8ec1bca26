import type { SourcePosition } from "../../base/index.ts";
import type { ParsedFleet } from "../spec/index.ts";
import { formatPath } from "../spec/index.ts";
import { designRules } from "./registry.ts";
import type { DesignRule, Severity } from "./rule.ts";

/** Something about the design that should change, with the rule that says so and the line it is about. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly requirements: readonly string[];
  readonly message: string;
  readonly hint: string;
  readonly path: string;
  readonly at: SourcePosition;
  readonly related: readonly { readonly message: string; readonly at: SourcePosition }[];
}

const GRAVEST_FIRST: readonly Severity[] = ["error", "warning", "advice"];

/** Every finding of every rule: the gravest first, then in the order of the file. */
export function analyzeDesign(parsed: ParsedFleet, rules: readonly DesignRule[] = designRules): Finding[] {
  const findings = rules.flatMap((rule) =>
    [...rule.check(parsed.fleet)].map((violation): Finding => ({
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
  return findings.toSorted(
    (a, b) =>
      GRAVEST_FIRST.indexOf(a.severity) - GRAVEST_FIRST.indexOf(b.severity) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
}
