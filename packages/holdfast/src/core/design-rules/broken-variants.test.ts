import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleetDocument } from "../spec/index.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { analyzeDesign } from "./index.ts";

/** What testdata/broken-variants.txt says of one edit; the file explains itself. */
interface Variant {
  readonly what: string;
  readonly example: ExampleName;
  readonly edits: readonly Edit[];
  readonly expected: readonly string[];
}

interface Found {
  /** Tells findings of the example from those of its edit, though lines move. */
  readonly key: string;
  readonly shown: string;
}

const variants = readVariants(readFileSync(new URL("testdata/broken-variants.txt", import.meta.url), "utf8"));

describe("examples that are broken in one place", () => {
  it("are sixty and more", () => {
    expect(variants.length).toBeGreaterThanOrEqual(60);
  });

  it.each(variants)("$example: $what", ({ example, edits, expected }) => {
    const [sound, broken] = [find(exampleText(example)), find(exampleText(example, edits))];
    const found = without(broken, sound).map(({ shown }) => shown);
    const gone = without(sound, broken).map(({ shown }) => `gone ${shown}`);
    expect([...found, ...gone]).toEqual(expected);
  });
});

function find(text: string): Found[] {
  const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
  const lines = text.split("\n");
  return analyzeDesign(parsed, { today: "2027-01-01" }).map(({ severity, rule, path, at }) => ({
    key: `${severity} ${rule} ${path}`,
    shown: `${severity} ${rule}: ${lines[at.line - 1]?.trim() ?? ""}`,
  }));
}

/** Each of `some` takes away one of `all`. */
function without(all: readonly Found[], some: readonly Found[]): Found[] {
  const left = some.map(({ key }) => key);
  return all.filter(({ key }) => {
    const position = left.indexOf(key);
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
}

function readVariants(text: string): Variant[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((block) => {
      const [head = "", tail = ""] = block.split("----\n");
      const [what = "", example = "", ...edits] = head.trimEnd().split("\n");
      return {
        what,
        example: example.replace("example ", "") as ExampleName,
        edits: edits.map((line) => JSON.parse(line.replace("edit ", "")) as [string, string]),
        expected: tail
          .trim()
          .split("\n")
          .filter((line) => line !== ""),
      };
    });
}
