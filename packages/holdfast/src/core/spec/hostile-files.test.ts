import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentLimits } from "./document/index.ts";
import { parseFleet } from "./index.ts";
import { exampleText } from "./testing/examples.ts";

/** Text as people and attackers write it: pieces of YAML in any order, and cuts and pastes of a real file. */
const example = exampleText("ratings");
const pieces = fc.constantFrom(
  "sites:",
  "\n  - ",
  "\n",
  "{",
  "}",
  "[",
  "]",
  ": ",
  "&a ",
  "*a",
  "? ",
  "|\n",
  ">-\n",
  "'",
  '"',
  "!!binary ",
  "!!set ",
  "<<: ",
  "---\n",
  "...\n",
  "%YAML 1.2\n",
  "#",
  "\t",
  "\u0000",
  "\ud800",
  "__proto__: ",
  "constructor: ",
  "name",
  "1e999",
  ".nan",
  "-0",
  "~",
);
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 80 }).map((parts) => parts.join("")),
  fc
    .tuple(fc.nat(example.length), fc.nat(300), fc.array(pieces, { maxLength: 4 }))
    .map(([start, length, parts]) => example.slice(0, start) + parts.join("") + example.slice(start + length)),
);

describe("hostile input", () => {
  it("any text gives a fleet or problems with a code and a line", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const parsed = parseFleet(text, "holdfast.yaml");
        if (parsed.ok) return;
        expect(parsed.error.length).toBeGreaterThan(0);
        for (const problem of parsed.error) {
          expect(problem.code).toMatch(/^[a-z-]+$/);
          expect(problem.at?.line).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("any JSON value in any place gives a fleet or problems", () => {
    const sections = [
      "objectives",
      "sites",
      "witness",
      "links",
      "registry",
      "application",
      "stores",
      "traffic",
      "backups",
      "monitoring",
      "delivery",
      "access",
      "maintenance",
      "lab",
      "metadata",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...sections), fc.jsonValue({ maxDepth: 4 })), (sectionsOfFile) => {
        const text = JSON.stringify({ apiVersion: "holdfast.dev/v1alpha1", kind: "Fleet", ...sectionsOfFile });
        const parsed = parseFleet(text, "holdfast.json");
        expect(parsed.ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  const long = 200_000;
  const lists = (depth: number) => "[".repeat(depth);
  it.each([
    ["deeply nested lists", `a: ${lists(long)}`],
    ["deeply nested maps", `a: ${"{a: ".repeat(long / 4)}`],
    ["nested sequences on one line", "- ".repeat(long / 2)],
    ["nested explicit keys", "? ".repeat(long / 2)],
    ["thirty thousand keys", Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["one key thirty thousand times", "k: 1\n".repeat(30_000)],
    ["thirty thousand aliases", `a: &a 1\nb: [${"*a,".repeat(30_000)}]`],
    [
      "aliases of aliases",
      `a0: &a0 [${"1,".repeat(10)}]\n${Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(8)}]`).join("\n")}`,
    ],
    ["an alias of itself", "a: &a [*a]"],
    ["one endless line", "x".repeat(300_000)],
    ["one endless quoted text", `a: "${"\\n".repeat(300_000)}`],
    ["thirty thousand documents", "---\n".repeat(30_000)],
    ["thirty thousand comments", "#\n".repeat(30_000)],
    ["too long", " ".repeat(documentLimits.characters + 1)],
  ])("%s is refused, and soon", (_what, text) => {
    const start = performance.now();
    const parsed = parseFleet(text, "holdfast.yaml");
    expect(parsed.ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
