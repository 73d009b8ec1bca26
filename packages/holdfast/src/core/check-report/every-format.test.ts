import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFleetDocument } from "../spec/index.ts";
import { exampleNames, exampleText } from "../spec/testing/examples.ts";
import { checkHtml } from "./html/index.ts";
import { checkJunit } from "./junit/index.ts";
import { checkSarif } from "./sarif/index.ts";
import { htmlProblems } from "./testing/html-problems.ts";
import { parseXml } from "./testing/parse-xml.ts";
import { reportOf } from "./testing/example-report.ts";
import { sarifProblems } from "./testing/sarif-problems.ts";

/** What people do to a file: a number changed, a word changed, a line gone, a line twice, two lines swapped. */
type Edit =
  | { readonly kind: "number"; readonly at: number; readonly value: number }
  | { readonly kind: "word"; readonly at: number; readonly value: string }
  | { readonly kind: "drop" | "double" | "swap"; readonly at: number };

const place = fc.nat(400);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("number" as const),
    at: place,
    value: fc.constantFrom(0, 1, 2, 5, 7, 50, 100, 10_000),
  }),
  fc.record({
    kind: fc.constant("word" as const),
    at: place,
    value: fc.constantFrom("seattle", "orlando", "x", "true", "<b>&\"'", "adfs", "arbiter", "public-cloud", "\u202e"),
  }),
  fc.record({ kind: fc.constantFrom("drop", "double", "swap"), at: place }),
);

function apply(text: string, change: Edit): string {
  const lines = text.split("\n");
  const index = change.at % lines.length;
  const line = lines[index] ?? "";
  switch (change.kind) {
    case "number":
      return [...lines.slice(0, index), line.replace(/\d+/, String(change.value)), ...lines.slice(index + 1)].join(
        "\n",
      );
    case "word":
      return [
        ...lines.slice(0, index),
        line.replace(/(?<=: )[A-Za-z][\w.-]*/, () => change.value),
        ...lines.slice(index + 1),
      ].join("\n");
    case "drop":
      return lines.toSpliced(index, 1).join("\n");
    case "double":
      return lines.toSpliced(index, 0, line).join("\n");
    case "swap":
      return lines
        .with(index, lines[index + 1] ?? line)
        .with((index + 1) % lines.length, line)
        .join("\n");
  }
}

describe("any edit of an example", () => {
  it("gives problems, or a report in every format that its readers accept", () => {
    let rendered = 0;
    fc.assert(
      fc.property(fc.constantFrom(...exampleNames), fc.array(edit, { minLength: 1, maxLength: 3 }), (name, edits) => {
        const original = exampleText(name);
        const text = edits.reduce(apply, original);
        const parsed = parseFleetDocument(text, "holdfast.yaml");
        if (!parsed.ok) {
          expect(parsed.error.length).toBeGreaterThan(0);
          return;
        }
        const report = reportOf(text, { today: "2026-01-01", against: original });
        expect(sarifProblems(JSON.parse(checkSarif(report, (file) => file)))).toEqual([]);
        parseXml(checkJunit(report));
        expect(htmlProblems(checkHtml(report))).toEqual([]);
        rendered += 1;
      }),
      { numRuns: 100 },
    );
    expect(rendered).toBeGreaterThan(10);
  }, 60_000);
});
