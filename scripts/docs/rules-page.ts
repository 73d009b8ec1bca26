import type { RuleText } from "../../packages/holdfast/src/core/design-rules/index.ts";
import { designRules, suppressionRules } from "../../packages/holdfast/src/core/design-rules/index.ts";

export function rulesPage(): string {
  return `# Design rules

What \`holdfast check\` asks of a design. **error**: the fleet cannot keep what it promises (exit code 1) · **warning**: it can break ·
**advice**: it could be better. A rule can be milder or graver in some cases, and says so. \`holdfast explain RULE\` prints what stands here.
This page is generated: \`npm run docs\`.

A finding that has to stay for a while is suppressed in the fleet file, with a reason and a last day; it is counted apart until then:

\`\`\`yaml
checks:
  suppress:
    - { rule: spare-replica, path: "application.components[0]", reason: one node until the move, until: 2027-12-31 }
\`\`\`

${designRules.map(section).join("\n")}
# About suppressions

${suppressionRules.map(section).join("\n")}`;
}

function section({ id, severity, requirements, asks, why, example }: RuleText): string {
  const pattern = requirements.map((one) => `[${one}](../pattern.md#${one.toLowerCase()})`).join(", ");
  const lines =
    example === undefined
      ? ""
      : `
\`\`\`yaml
# Breaks it:
${example.broken}
# Keeps it:
${example.fixed}
\`\`\`
`;
  return `## ${id}

${asks}

${why}
${lines}
Severity: ${severity}.${pattern === "" ? "" : ` Pattern: ${pattern}.`}
`;
}
