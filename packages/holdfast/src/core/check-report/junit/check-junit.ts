import { namedPath } from "../../change-check/index.ts";
import type { Finding } from "../../design-rules/index.ts";
import type { CheckReport } from "../check-report.ts";
import { rulesOf } from "../rules-of-report.ts";
import { escapeXml } from "./escape-xml.ts";

/**
 * JUnit's XML, as Azure Pipelines (PublishTestResults) and Jenkins read it: a suite a rule, a failed test case for each error and warning,
 * a skipped one for what the file suppresses, a passed one with its text for advice, and one passed case for a rule that found nothing.
 * Only what every consumer knows, and no times: the same file gives the same bytes.
 */
export function checkJunit(report: CheckReport): string {
  const suites = rulesOf(report).map(({ id, asks }) => ({
    id,
    asks,
    findings: report.findings.filter(({ rule }) => rule === id),
  }));
  const cases = suites.map(({ findings }) => Math.max(1, findings.length));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdfast check" tests="${sum(cases)}" failures="${report.findings.filter(fails).length}" errors="0" time="0">`,
    ...suites.flatMap(({ id, asks, findings }, index) => [
      `  <testsuite name="${escapeXml(id)}" tests="${cases[index] ?? 0}" failures="${findings.filter(fails).length}" errors="0" skipped="${findings.filter(isSuppressed).length}" time="0">`,
      ...(findings.length === 0 ? [testCase(id, asks)] : testCases(findings, report)),
      "  </testsuite>",
    ]),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function isSuppressed({ suppressed }: Finding): boolean {
  return suppressed !== undefined;
}

function fails(finding: Finding): boolean {
  return finding.severity !== "advice" && !isSuppressed(finding);
}

/** Named by the place, not by its line, so that a test has one history while the file is edited; two at one place have a number. */
function testCases(findings: readonly Finding[], { parsed }: CheckReport): string[] {
  const used = new Map<string, number>();
  return findings.map((finding) => {
    const place = namedPath(finding.path, parsed.document.data) || "the file";
    const times = (used.get(place) ?? 0) + 1;
    used.set(place, times);
    return testCase(finding.rule, times === 1 ? place : `${place} (${times})`, outcome(finding));
  });
}

function testCase(rule: string, name: string, outcome?: string): string {
  const open = `    <testcase classname="holdfast.${escapeXml(rule)}" name="${escapeXml(name)}" time="0"`;
  return outcome === undefined ? `${open}/>` : `${open}>\n      ${outcome}\n    </testcase>`;
}

function outcome(finding: Finding): string {
  const { severity, message, suppressed } = finding;
  const text = escapeXml(details(finding));
  if (suppressed !== undefined)
    return `<skipped message="${escapeXml(`suppressed until ${suppressed.until}: ${suppressed.reason}`)}"/>`;
  return fails(finding)
    ? `<failure type="${severity}" message="${escapeXml(message)}">${text}</failure>`
    : `<system-out>${text}</system-out>`;
}

function details({ message, hint, at, path, requirements, severity, related }: Finding): string {
  return [
    `${severity}: ${message}`,
    `at ${at.file}:${at.line}:${at.column} ${path}`,
    ...related.map((place) => `${place.message}: ${place.at.file}:${place.at.line}:${place.at.column}`),
    hint,
    ...(requirements.length === 0 ? [] : [`pattern: ${requirements.join(", ")}`]),
  ].join("\n");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
