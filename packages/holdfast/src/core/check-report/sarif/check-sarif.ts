import type { SourcePosition } from "../../../base/index.ts";
import { version } from "../../../base/index.ts";
import { namedPath } from "../../change-check/index.ts";
import type { Finding, RuleText } from "../../design-rules/index.ts";
import type { CheckReport } from "../check-report.ts";
import { rulesOf } from "../rules-of-report.ts";

/**
 * SARIF 2.1.0 (OASIS standard): what code scanning of GitHub and Azure DevOps reads. `uriOf` says where a file is for whoever reads
 * the report: relative to the repository where that is possible, as GitHub shows no others.
 */
export function checkSarif(report: CheckReport, uriOf: (file: string) => string): string {
  const rules = rulesOf(report);
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "holdfast", version, semanticVersion: version, rules: rules.map(describeRule) },
        },
        // Reports on several fleets of one repository stand beside each other.
        automationDetails: { id: `holdfast-check/${encodeURIComponent(report.parsed.fleet.name)}/` },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true }],
        artifacts: [{ location: { uri: uriOf(report.file) }, mimeType: "application/yaml" }],
        results: describeResults(report, rules, uriOf),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

export const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

const levels = { error: "error", warning: "warning", advice: "note" } as const;
/** GitHub's words for the same, in `properties`. */
const githubSeverities = { error: "error", warning: "warning", advice: "recommendation" } as const;

function describeRule({ id, severity, requirements, asks, why, example }: RuleText): object {
  const pattern = requirements.length === 0 ? "" : `Pattern: ${requirements.join(", ")}.`;
  const examples =
    example === undefined
      ? []
      : [`Not so:\n\n\`\`\`yaml\n${example.broken}\n\`\`\``, `But so:\n\n\`\`\`yaml\n${example.fixed}\n\`\`\``];
  return {
    id,
    shortDescription: { text: asks },
    fullDescription: { text: why },
    help: {
      text: [asks, why, pattern].filter((part) => part !== "").join(" "),
      markdown: [`**${asks}**`, why, ...examples, pattern].filter((part) => part !== "").join("\n\n"),
    },
    defaultConfiguration: { level: levels[severity] },
    properties: { requirements, tags: [...requirements], "problem.severity": githubSeverities[severity] },
  };
}

function describeResults(
  { findings, parsed, change }: CheckReport,
  rules: readonly RuleText[],
  uriOf: (file: string) => string,
): object[] {
  const fingerprints = new Map<string, number>();
  return findings.map((finding) => {
    const { rule, severity, message, hint, path, at, related, requirements, suppressed } = finding;
    const place = `${rule}@${namedPath(path, parsed.document.data)}`;
    const times = (fingerprints.get(place) ?? 0) + 1;
    fingerprints.set(place, times);
    return {
      ruleId: rule,
      ruleIndex: rules.findIndex(({ id }) => id === rule),
      level: levels[severity],
      message: { text: plainText(`${message}. ${hint}`) },
      locations: [{ ...locationOf(at, uriOf), logicalLocations: [{ fullyQualifiedName: path }] }],
      ...(related.length === 0
        ? {}
        : { relatedLocations: related.map((one, index) => relatedLocation(one, index, uriOf)) }),
      // Lines move with every edit; the rule and the names on the way to its place do not.
      partialFingerprints: { "holdfastFinding/v1": times === 1 ? place : `${place}#${times}` },
      // SARIF wants them at all results or at none.
      suppressions: suppressed === undefined ? [] : [suppression(suppressed)],
      ...(change === undefined
        ? {}
        : { baselineState: isNew(finding, change.findings.appeared) ? "new" : "unchanged" }),
      properties: { requirements },
    };
  });
}

function isNew(finding: Finding, appeared: readonly Finding[]): boolean {
  return appeared.includes(finding) || finding.rule.startsWith("change-");
}

function suppression({ reason, until }: NonNullable<Finding["suppressed"]>): object {
  return { kind: "external", status: "accepted", justification: `${reason} (until ${until})` };
}

function relatedLocation(
  { message, at }: Finding["related"][number],
  index: number,
  uriOf: (file: string) => string,
): object {
  return { id: index, ...locationOf(at, uriOf), message: { text: plainText(message) } };
}

export function locationOf(
  { file, line, column, length = 1 }: SourcePosition,
  uriOf: (file: string) => string,
): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column, endColumn: column + length },
    },
  };
}

/** `[text](link)` is a link in a SARIF message: a name in the file must not become one. */
export function plainText(text: string): string {
  return text.replace(/\[([^\]]*)\]\(/g, "\\[$1\\](");
}
