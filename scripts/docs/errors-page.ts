import { problemCodes } from "../../packages/holdfast/src/base/index.ts";

export function errorsPage(): string {
  const rows = Object.entries(problemCodes).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  );
  return `# Problems

Every problem has a code, which does not change: scripts may match on it. A command that ends with a problem has exit code 2 and has
written nothing. With \`--format json\` problems are printed on stdout as \`{ "problems": [{ severity, code, message, hint, path, file, line, column }] }\`.
Findings of \`holdfast check\` about the design are in [rules.md](rules.md). This page is generated: \`npm run docs\`.

| code | meaning | what to do |
| --- | --- | --- |
${rows.join("\n")}
`;
}
