import { describe, expect, it } from "vitest";
import { problemCodes } from "../packages/holdfast/src/base/index.ts";
import { designRules } from "../packages/holdfast/src/core/design-rules/index.ts";
import { errorsPage } from "./docs/errors-page.ts";
import { fleetFilePage } from "./docs/fleet-file-page.ts";
import { rulesPage } from "./docs/rules-page.ts";
import { requirements } from "./pattern-requirements.ts";

describe("the generated documentation", () => {
  it("has every code of a problem, and every rule", () => {
    for (const code of Object.keys(problemCodes)) expect(errorsPage()).toContain(`| \`${code}\` |`);
    for (const { id } of designRules) expect(rulesPage()).toContain(`## ${id}\n`);
  });

  it("has a section of the fleet file for each link to one", () => {
    const page = fleetFilePage();
    const headings = new Set([...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]!.toLowerCase()));
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(anchor);
  });

  it("knows the 145 requirements, each once", () => {
    expect(requirements.map((requirement) => requirement.id)).toEqual(
      Array.from({ length: 145 }, (_, index) => `R${index + 1}`),
    );
  });
});
