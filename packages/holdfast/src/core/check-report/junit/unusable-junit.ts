import type { Problem } from "../../../base/index.ts";
import { placeOf } from "../unusable.ts";
import type { UnusableFile } from "../unusable.ts";
import { escapeXml } from "./escape-xml.ts";

/** A suite with a failed test case for each problem: a pipeline that publishes it must not show that all is well, nor that nothing ran. */
export function unusableJunit({ file, problems }: UnusableFile): string {
  const counts = `tests="${problems.length}" failures="${problems.length}" errors="0"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdfast check" ${counts} time="0">`,
    `  <testsuite name="${escapeXml(file)}" ${counts} skipped="0" time="0">`,
    ...problems.map(testCase),
    "  </testsuite>",
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function testCase(problem: Problem, index: number): string {
  const { code, message, hint, path } = problem;
  const text = [`error: ${message}`, placeOf(problem), hint].filter((line) => line !== undefined).join("\n");
  const name = `${path ?? "the file"}${index === 0 ? "" : ` (${index + 1})`}`;
  return [
    `    <testcase classname="holdfast.${escapeXml(code)}" name="${escapeXml(name)}" time="0">`,
    `      <failure type="error" message="${escapeXml(message)}">${escapeXml(text)}</failure>`,
    "    </testcase>",
  ].join("\n");
}
