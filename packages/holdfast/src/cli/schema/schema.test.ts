import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { exampleText } from "../../core/spec/testing/examples.ts";
import { startingFile } from "../init/starting-file.ts";
import { runCaptured } from "../testing/run-captured.ts";

interface Node {
  readonly [key: string]: unknown;
}

describe("holdfast schema", () => {
  let schema: Node = {};
  let validate: (data: unknown) => boolean = () => false;

  beforeAll(async () => {
    const { out, exitCode } = await runCaptured(["schema"]);
    expect(exitCode).toBe(0);
    schema = JSON.parse(out) as Node;
    const compiled = new Ajv2020({
      strict: true,
      allErrors: true,
      validateFormats: false,
      allowUnionTypes: true,
    }).compile(schema);
    validate = (data) => compiled(data);
  });

  it.each([
    ["examples/ratings", exampleText("ratings")],
    ["examples/ratings-azure-stack-hub", exampleText("ratings-azure-stack-hub")],
    ["what init writes", startingFile("fleet")],
  ])("accepts %s", (_name, text) => {
    expect(validate(parse(text))).toBe(true);
  });

  it.each([
    ["an unknown key", [["registry:", "registry:\n  tll: 1s"]]],
    ["a bad duration", [["ttl: 1s", "ttl: soon"]]],
    ["a bad choice", [["durability: replicated", "durability: maybe"]]],
    ["a missing key", [["    database: ratings\n", ""]]],
  ] as const)("refuses %s, as parsing does", (_name, edits) => {
    expect(validate(parse(exampleText("ratings", edits)))).toBe(false);
  });

  it("explains every key: editors show its description", () => {
    const unexplained: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties } = node as { properties?: Record<string, Node> };
      for (const [key, property] of Object.entries(properties ?? {})) {
        const explained =
          typeof property["description"] === "string" || typeof property["$ref"] === "string" || "const" in property;
        if (!explained) unexplained.push(`${path}.${key}`);
      }
      for (const [key, child] of Object.entries(node)) visit(child, `${path}.${key}`);
    };
    visit(schema, "");
    expect(unexplained).toEqual([]);
  });
});
