import { designRules } from "../../packages/holdfast/src/core/design-rules/index.ts";

export function rulesPage(): string {
  const rules = designRules.map(
    ({ id, severity, requirements, asks, why }) => `## ${id}

${asks}

${why}

Severity: ${severity}. Pattern: ${requirements.map((requirement) => `[${requirement}](../pattern.md#${requirement.toLowerCase()})`).join(", ")}.
`,
  );
  return `# Design rules

What \`holdfast check\` asks of a design. **error**: the fleet cannot keep what it promises (exit code 1) · **warning**: it can break ·
**advice**: it could be better. A rule can be milder in some cases. This page is generated: \`npm run docs\`.

${rules.join("\n")}`;
}
