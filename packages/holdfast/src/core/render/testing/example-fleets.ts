import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Fleet } from "../../spec/index.ts";
import type { RenderFamily } from "../rendered-file.ts";
import { allFiles, fleetOf, fleets, reference } from "./examples.ts";

export interface Example {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly fleet: Fleet;
}

/** What users are given. */
export const examples: readonly Example[] = fleets
  .filter(({ name }) => name !== "everything")
  .map(({ name, file }) => ({ name, file, ...read(file) }));

export function example(name: string): Example {
  const found = examples.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no example ${name}`);
  return found;
}

function read(file: string): Pick<Example, "text" | "fleet"> {
  const text = readFileSync(file, "utf8");
  return { text, fleet: fleetOf(text, file) };
}

/** An example with some of its text replaced; each replacement must find something. */
export function changed(name: string, ...replacements: readonly (readonly [string, string])[]): Fleet {
  const { text, file } = example(name);
  const edited = replacements.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`${name} has no ${JSON.stringify(from)}`);
    return before.replaceAll(from, to);
  }, text);
  return fleetOf(edited, file);
}

export function fileOf(family: RenderFamily, fleet: Fleet, path: string): string {
  const found = allFiles(family, fleet).find((file) => file.path === path);
  if (found === undefined) throw new Error(`${family.id} renders no ${path}`);
  return found.content;
}

/** `testdata/<example>/` beside the family's test holds what it renders, no more and no less. */
export function testGoldenFiles(family: RenderFamily, testFile: string): void {
  describe.each(examples)("rendering $name", ({ name, fleet }) => {
    const folder = join(dirname(fileURLToPath(testFile)), "testdata", name);

    it("gives the files under testdata (R78, R79)", async () => {
      for (const { path, content } of allFiles(family, fleet))
        await expect(content).toMatchFileSnapshot(join(folder, path));
    });

    it("gives all files under testdata", () => {
      const known = existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        : [];
      expect(known.sort()).toEqual(
        allFiles(family, fleet)
          .map(({ path }) => path)
          .sort(),
      );
    });
  });
}

/** What was recorded of the real tools; it is not part of the project. */
export const referenceFolder: string | undefined =
  reference === undefined ? undefined : join(reference, "shared/reference");

/** In CI an absent reference fails the tests that need it; elsewhere they are skipped. */
export const skipsReference = reference === undefined && process.env["CI"] === undefined;
