import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleetDocument } from "../spec/index.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import { designRules, requirements } from "./index.ts";
import { analyzeDesign } from "./analyze-design.ts";

/** Marked `rule`, and yet no rule: what the fleet file does not and should not say. */
const NO_RULE: Readonly<Record<string, string>> = {
  R90: "the Hub's own backup is set up by its operator, in the Hub's portal: nothing of it is in a fleet file",
};

describe("the registry of design rules", () => {
  const files = readdirSync(new URL("./rules", import.meta.url));

  it("has every file of rules/, and a test beside each", () => {
    const ids = designRules.map((rule) => rule.id);
    expect(files.toSorted()).toEqual(ids.flatMap((id) => [`${id}.ts`, `${id}.test.ts`]).toSorted());
  });

  it("names requirements of the pattern for each rule", () => {
    for (const { requirements: named } of designRules) {
      expect(named.length).toBeGreaterThan(0);
      for (const id of named) expect(id).toMatch(/^R([1-9]\d?|1[0-3]\d|14[0-5])$/);
    }
  });

  it("names every requirement that software can check, in a rule or in a test of the fleet file", () => {
    const named = new Set([...designRules.flatMap((rule) => rule.requirements), ...namedBySpecTests()]);
    const checkable = requirements.filter(({ how }) => how.includes("rule")).map(({ id }) => id);
    expect(checkable.filter((id) => !named.has(id))).toEqual(Object.keys(NO_RULE));
  });

  it.each(exampleNames)("finds no error in examples/%s", (example) => {
    const findings = analyzeDesign(parsed(exampleText(example)), { today: "2027-01-01" });
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  const withExample = designRules.flatMap((rule) =>
    rule.example === undefined ? [] : [{ id: rule.id, rule, example: rule.example }],
  );
  it.each(withExample)("$id: the broken lines of its example break it", ({ rule, example }) => {
    const texts = exampleNames.map((name) => exampleText(name));
    const broken = [
      ...texts.filter((text) => locate(text, example.broken) !== undefined),
      ...texts.filter((text) => locate(text, example.fixed) !== undefined).map((text) => put(text, example)),
    ];
    const found = broken.flatMap((text) => {
      const read = parseFleetDocument(text, "holdfast.yaml");
      return read.ok ? analyzeDesign(read.value, { today: "2027-01-01", rules: [rule] }) : [];
    });
    expect(found.map((finding) => finding.rule)).toContain(rule.id);
  });
});

const parsed = (text: string) => unwrap(parseFleetDocument(text, "holdfast.yaml"));

/** Where the lines stand in the text, and how far they are indented there. */
function locate(text: string, lines: string): { start: number; end: number; indent: string } | undefined {
  for (let at = text.indexOf(firstLine(lines)); at >= 0; at = text.indexOf(firstLine(lines), at + 1)) {
    const lineStart = text.lastIndexOf("\n", at) + 1;
    const indent = /^ */.exec(text.slice(lineStart))?.[0] ?? "";
    const here = lines.split("\n").join(`\n${indent}`);
    if (text.startsWith(here, at)) return { start: at, end: at + here.length, indent };
  }
  return undefined;
}

function put(text: string, { fixed, broken }: { fixed: string; broken: string }): string {
  const place = locate(text, fixed);
  if (place === undefined) throw new Error(`there are no lines ${JSON.stringify(fixed)}`);
  return text.slice(0, place.start) + broken.split("\n").join(`\n${place.indent}`) + text.slice(place.end);
}

function firstLine(lines: string): string {
  return lines.split("\n", 1)[0] ?? "";
}

/** Requirements that the titles of spec's tests name, as `(R121)`. */
function namedBySpecTests(): string[] {
  const folder = new URL("../spec/", import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(new URL(file, folder), "utf8").matchAll(/\((R\d+(?:, R\d+)*)\)/g)])
    .flatMap(([, ids = ""]) => ids.split(", "));
}
