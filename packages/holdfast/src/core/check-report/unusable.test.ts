import { describe, expect, it } from "vitest";
import { parseFleetDocument } from "../spec/index.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { unusableHtml } from "./html/index.ts";
import { unusableJunit } from "./junit/index.ts";
import { unusableSarif } from "./sarif/index.ts";
import { htmlProblems } from "./testing/html-problems.ts";
import { parseXml } from "./testing/parse-xml.ts";
import { sarifProblems } from "./testing/sarif-problems.ts";

const text = exampleText("ratings", [
  ["ttl: 1s", "ttl: soon"],
  ["keep: 14", "<kept>: 14"],
  ["API: http://ratings-api:3000", "DB_PASSWORD: hunter2"],
]);
const parsed = parseFleetDocument(text, "a&b.yaml");
const unusable = { file: "a&b.yaml", problems: parsed.ok ? [] : parsed.error };
const nowhere = {
  file: "none.yaml",
  problems: [{ code: "file-unreadable", message: "cannot read none.yaml: there is no such file" }] as const,
};

describe("a report on a file that cannot be used", () => {
  it("fails a JUnit test for each problem", () => {
    const root = parseXml(unusableJunit(unusable));
    expect(root.attributes).toMatchObject({ tests: "3", failures: "3", errors: "0" });
    const [suite] = root.children;
    expect(suite?.attributes["name"]).toBe("a&b.yaml");
    const cases = suite?.children ?? [];
    expect(cases.map(({ attributes }) => attributes["classname"])).toEqual(
      unusable.problems.map(({ code }) => `holdfast.${code}`),
    );
    expect(new Set(cases.map(({ attributes }) => attributes["name"])).size).toBe(3);
    for (const { children } of cases) expect(children.map(({ name }) => name)).toEqual(["failure"]);
    expect(parseXml(unusableJunit(nowhere)).attributes).toMatchObject({ failures: "1" });
  });

  it("says in SARIF that the tool did not succeed, and where the problems are", () => {
    const log = JSON.parse(unusableSarif(unusable, encodeURIComponent)) as unknown;
    expect(sarifProblems(log)).toEqual([]);
    expect(log).toMatchObject({
      runs: [
        {
          invocations: [{ executionSuccessful: false }],
          results: unusable.problems.map(({ code }) => ({ ruleId: code, level: "error" })),
        },
      ],
    });
    const missing = JSON.parse(unusableSarif(nowhere, encodeURIComponent)) as unknown;
    expect(sarifProblems(missing)).toEqual([]);
    expect(missing).toMatchObject({ runs: [{ results: [{ ruleId: "file-unreadable" }] }] });
  });

  it("is a page with every problem, and without the secret that it was refused for (R121)", () => {
    const page = unusableHtml(unusable);
    expect(htmlProblems(page)).toEqual([]);
    expect(page.match(/<article/g)).toHaveLength(3);
    expect(page).toContain("cannot be used");
    for (const report of [page, unusableJunit(unusable), unusableSarif(unusable, encodeURIComponent)])
      expect(report).not.toContain("hunter2");
  });
});
