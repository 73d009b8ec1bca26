import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { designRules } from "./index.ts";

describe("the registry of design rules", () => {
  const files = readdirSync(new URL("./rules", import.meta.url));

  it("has every file of rules/, and a test beside each", () => {
    const ids = designRules.map((rule) => rule.id).toSorted();
    expect(files.filter((file) => !file.endsWith(".test.ts"))).toEqual(ids.map((id) => `${id}.ts`));
    expect(files.filter((file) => file.endsWith(".test.ts"))).toEqual(ids.map((id) => `${id}.test.ts`));
  });

  it("names requirements of the pattern for each rule", () => {
    for (const { requirements } of designRules) {
      expect(requirements.length).toBeGreaterThan(0);
      for (const id of requirements) expect(id).toMatch(/^R([1-9]\d?|1[0-3]\d|14[0-5])$/);
    }
  });
});
