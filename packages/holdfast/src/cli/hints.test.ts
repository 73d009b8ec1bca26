import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { problemCodes } from "../base/index.ts";

const source = fileURLToPath(new URL("..", import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) =>
  /(?<!\.test)\.ts$/.test(path),
);

/** Texts that begin a hint: `hint: "..."`, also on the next line. */
const hints = files.flatMap((path) =>
  [...readFileSync(join(source, path), "utf8").matchAll(/\bhint(?:: | = |:\n\s+)["`]([^"`\n]*)/g)].map(
    ([, text = ""]) => ({ path, text }),
  ),
);

it("writes every hint as a sentence: a capital letter first, or what is to be typed", () => {
  expect(hints.length).toBeGreaterThan(150);
  expect(hints.filter(({ text }) => /^[a-z]/.test(text))).toEqual([]);
  expect(
    Object.values(problemCodes).filter(({ remedy, meaning }) => /^[a-z]/.test(remedy) || !/^[A-Zh]/.test(meaning)),
  ).toEqual([]);
});
