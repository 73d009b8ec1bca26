import type { ParsedFleet, Suppression } from "../spec/index.ts";
import { suggest } from "../spec/index.ts";
import type { Finding } from "./finding.ts";
import type { RuleText } from "./rule.ts";

const unknownRule: RuleText = {
  id: "unknown-rule",
  severity: "error",
  requirements: [],
  asks: "What `checks.suppress` names is a rule.",
  why: "A misspelt rule suppresses nothing, and whoever wrote it believes that it does.",
};

const suppressionUnused: RuleText = {
  id: "suppression-unused",
  severity: "advice",
  requirements: [],
  asks: "Every entry of `checks.suppress` has something to suppress.",
  why: "What it was written for is gone; left there, it would hide the next finding of the rule, which nobody has looked at.",
};

/** They are about the file's own suppressions, so they can only be checked when everything else was found. */
export const suppressionRules: readonly RuleText[] = [unknownRule, suppressionUnused];

/** Marks what the file accepts for now, and finds what is wrong with the suppressions themselves. */
export function applySuppressions(
  findings: readonly Finding[],
  { fleet, document }: ParsedFleet,
  { today, known }: { readonly today: string; readonly known: readonly string[] },
): Finding[] {
  const { suppress } = fleet.checks;
  if (suppress.length === 0) return [...findings];
  const path = (index: number) => `checks.suppress[${index}]`;
  const at = (index: number, ...rest: string[]) => document.positionOf(["checks", "suppress", index, ...rest]);
  const matching = (finding: Finding) =>
    suppress.flatMap((one, index) => (matches(one, finding) ? [{ ...one, index }] : []));

  const marked = findings.map((finding): Finding => {
    const fitting = matching(finding);
    // Dates of this form are in the order of their text.
    const valid = fitting.find(({ until }) => until >= today);
    if (valid !== undefined) return { ...finding, suppressed: { reason: valid.reason, until: valid.until } };
    const expired = fitting.map(({ until, index }) => ({
      message: `the suppression of it expired on ${until}`,
      at: at(index, "until"),
    }));
    return { ...finding, related: [...finding.related, ...expired] };
  });

  const about = suppress.flatMap((one, index): Finding[] => {
    if (!known.includes(one.rule)) {
      return [
        {
          rule: unknownRule.id,
          severity: unknownRule.severity,
          requirements: unknownRule.requirements,
          message: `there is no rule "${one.rule}"`,
          hint: suggest(one.rule, known, "Rules") ?? "`holdfast explain` lists the rules.",
          path: `${path(index)}.rule`,
          at: at(index, "rule"),
          related: [],
        },
      ];
    }
    if (findings.some((finding) => matches(one, finding))) return [];
    return [
      {
        rule: suppressionUnused.id,
        severity: suppressionUnused.severity,
        requirements: suppressionUnused.requirements,
        message: `${one.rule} finds nothing${one.path === undefined ? "" : ` at ${one.path}`}, so there is nothing to suppress`,
        hint: "Remove the entry.",
        path: path(index),
        at: at(index),
        related: [],
      },
    ];
  });
  return [...marked, ...about];
}

function matches({ rule, path }: Suppression, finding: Finding): boolean {
  if (rule !== finding.rule) return false;
  if (path === undefined || path === finding.path) return true;
  return finding.path.startsWith(path) && /^[.[]/.test(finding.path.slice(path.length));
}
