import { describe, expect, it } from "vitest";
import { changeRules } from "../../change-check/index.ts";
import { designRules, suppressionRules } from "../../design-rules/index.ts";
import { exampleReport } from "../testing/example-report.ts";
import { escapeXml } from "./escape-xml.ts";
import { checkJunit } from "./index.ts";
import { parseXml } from "../testing/parse-xml.ts";
import type { XmlElement } from "../testing/parse-xml.ts";

const broken = exampleReport("ratings-azure-stack-hub", {
  edits: [
    ["ratings-web:1.0.0", "ratings-web:latest"],
    ["ratings-api:1.0.0", "ratings-api:latest"],
    ["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.100.0.0/16]"],
    [
      "maintenance:\n",
      "checks:\n  suppress:\n    - { rule: fixed-image, path: 'application.components[0]', reason: 'a < b & \"c\"', until: 2026-12-31 }\nmaintenance:\n",
    ],
  ],
});

const suiteOf = (root: XmlElement, name: string) =>
  root.children.find(({ attributes }) => attributes["name"] === name)!;
const count = (element: XmlElement, name: string): number =>
  element.children.reduce((sum, child) => sum + (child.name === name ? 1 : 0) + count(child, name), 0);

describe("the JUnit report", () => {
  const root = parseXml(checkJunit(broken));

  it("has a suite for each rule, and for those about changes where there is a change", () => {
    const names = (report: typeof broken) =>
      parseXml(checkJunit(report)).children.map(({ attributes }) => attributes["name"]);
    const rules = [...designRules, ...suppressionRules].map(({ id }) => id);
    expect(names(broken)).toEqual(rules);
    expect(names(exampleReport("ratings", { against: [] }))).toEqual([...rules, ...changeRules.map(({ id }) => id)]);
  });

  it("fails for errors and warnings, skips what the file accepts, and passes what found nothing", () => {
    expect(suiteOf(root, "disjoint-addresses").children.map(({ children }) => children[0]?.name)).toContain("failure");
    const images = suiteOf(root, "fixed-image").children;
    expect(images.map(({ attributes, children }) => [attributes["name"], children[0]?.name])).toEqual([
      ["application.components[ratings-web].image", "skipped"],
      ["application.components[ratings-api].image", "failure"],
    ]);
    expect(images[0]!.children[0]!.attributes["message"]).toBe('suppressed until 2026-12-31: a < b & "c"');
    expect(suiteOf(root, "several-sites").children).toMatchObject([{ name: "testcase", children: [] }]);
  });

  it("counts what is there", () => {
    const number = (element: XmlElement, key: string) => Number(element.attributes[key]);
    expect(number(root, "tests")).toBe(count(root, "testcase"));
    expect(number(root, "failures")).toBe(count(root, "failure"));
    for (const suite of root.children) {
      expect(suite.name).toBe("testsuite");
      expect(number(suite, "tests")).toBe(suite.children.length);
      expect(number(suite, "failures")).toBe(count(suite, "failure"));
      expect(number(suite, "skipped")).toBe(count(suite, "skipped"));
      const names = suite.children.map(({ attributes }) => attributes["name"]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("writes any text as XML that a reader gets back, but for what XML cannot hold", () => {
    const hostile = `]]></failure><a b='"'>&amp;\n\t\u0000\u001b[31m\ud800 ok 漢😀`;
    const back = parseXml(`<a b="${escapeXml(hostile)}">${escapeXml(hostile)}</a>`);
    const expected = `]]></failure><a b='"'>&amp;\n\t\ufffd\ufffd[31m\ufffd ok 漢😀`;
    expect([back.attributes["b"], back.text]).toEqual([expected, expected]);
  });
});
