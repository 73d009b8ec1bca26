import type { Problem } from "../../../base/index.ts";
import { problemCodes, version } from "../../../base/index.ts";
import type { UnusableFile } from "../unusable.ts";
import { locationOf, plainText, SCHEMA } from "./check-sarif.ts";

/** The tool did not do its work, and says so (`executionSuccessful`); the problems are results, so that code scanning shows their lines. */
export function unusableSarif({ file, problems }: UnusableFile, uriOf: (file: string) => string): string {
  const codes = [...new Set(problems.map(({ code }) => code))];
  const rules = codes.map((id) => ({
    id,
    shortDescription: { text: problemCodes[id].meaning },
    help: { text: problemCodes[id].remedy },
    defaultConfiguration: { level: "error" },
  }));
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "holdfast", version, semanticVersion: version, rules } },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: false }],
        artifacts: [{ location: { uri: uriOf(file) }, mimeType: "application/yaml" }],
        results: problems.map((problem) => resultOf(problem, codes.indexOf(problem.code), file, uriOf)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(
  { code, message, hint, at, path }: Problem,
  ruleIndex: number,
  file: string,
  uriOf: (file: string) => string,
): object {
  const place = locationOf(at ?? { file, line: 1, column: 1 }, uriOf);
  return {
    ruleId: code,
    ruleIndex,
    level: "error",
    message: { text: plainText(hint === undefined ? `${message}.` : `${message}. ${hint}`) },
    locations: [
      { ...place, ...(path === undefined || path === "" ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }) },
    ],
    partialFingerprints: { "holdfastProblem/v1": `${code}@${path ?? ""}` },
  };
}
