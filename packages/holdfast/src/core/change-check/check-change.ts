import type { Finding } from "../design-rules/index.ts";
import type { ParsedFleet } from "../spec/index.ts";
import { formatPath } from "../spec/index.ts";
import type { ChangeRule } from "./change-rule.ts";
import { changeRules } from "./registry.ts";

/** What cannot be done in place, in the order of the new file; each also shows what the old file says. */
export function checkChange(
  before: ParsedFleet,
  after: ParsedFleet,
  rules: readonly ChangeRule[] = changeRules,
): Finding[] {
  const findings = rules.flatMap((rule) =>
    [...rule.check({ before: before.fleet, after: after.fleet })].map((violation): Finding => ({
      rule: rule.id,
      severity: violation.severity ?? rule.severity,
      requirements: rule.requirements,
      message: violation.message,
      hint: violation.hint,
      path: formatPath(violation.path),
      at: after.document.positionOf(violation.path),
      related: [{ message: "was said here", at: before.document.positionOf(violation.before) }],
    })),
  );
  return findings.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}
