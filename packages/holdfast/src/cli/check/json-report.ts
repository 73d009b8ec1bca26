import { version } from "../../base/index.ts";
import type { CheckReport } from "../../core/check-report/index.ts";
import { meetsAvailability, openFindings, suppressedFindings } from "../../core/check-report/index.ts";
import { isForUsers } from "../../core/check-report/index.ts";
import type { Finding } from "../../core/design-rules/index.ts";
import { diagnosticJson, diagnosticOfFinding } from "../diagnostic.ts";

/**
 * What other programs read: docs/reference/check-json.md. Keys are added, never changed; `problems` is also what is printed, alone, about a
 * file that cannot be used.
 */
export function jsonReport(report: CheckReport): string {
  const { file, parsed, analysis, change } = report;
  const open = openFindings(report);
  const count = (severity: Finding["severity"]) => open.filter((finding) => finding.severity === severity).length;
  const { fleet } = parsed;
  const json = {
    holdfast: version,
    file,
    fleet: {
      name: fleet.name,
      sites: fleet.sites.map(({ name }) => name),
      witness: fleet.witness?.name,
      stores: fleet.stores.map(({ name }) => name),
    },
    summary: {
      errors: count("error"),
      warnings: count("warning"),
      advice: count("advice"),
      suppressed: report.findings.length - open.length,
      objectives: fleet.objectives,
      capabilities: analysis.capabilities.map(({ capability, availability, downtimeMsPerYear, cutSets }) => ({
        capability,
        availability,
        downtimeMsPerYear,
        objectiveMet: isForUsers(capability)
          ? meetsAvailability(availability, fleet.objectives.availabilityPercent)
          : undefined,
        singlePoints: cutSets.flatMap((set) => (set.length === 1 ? set : [])),
      })),
    },
    problems: open.map(findingJson),
    suppressed: suppressedFindings(report).map((finding) => ({ ...findingJson(finding), ...finding.suppressed })),
    analysis,
    change: change && {
      ...change,
      findings: { appeared: change.findings.appeared.map(findingJson), gone: change.findings.gone.map(findingJson) },
    },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function findingJson(finding: Finding): object {
  return diagnosticJson(diagnosticOfFinding(finding));
}
