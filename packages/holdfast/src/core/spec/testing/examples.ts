import { readFileSync } from "node:fs";
import { editText } from "./edit-text.ts";

/** Every folder of `examples/`. */
export const exampleNames = [
  "ratings",
  "ratings-azure-stack-hub",
  "ratings-disconnected",
  "ratings-three-sites",
] as const;
export type ExampleName = (typeof exampleNames)[number];
export type Edit = readonly [from: string, to: string];

/** The text of a fleet file in `examples/`, for tests that break it in one place. */
export function exampleText(name: ExampleName, edits: readonly Edit[] = []): string {
  const file = new URL(`../../../../../../examples/${name}/holdfast.yaml`, import.meta.url);
  return editText(readFileSync(file, "utf8"), edits);
}
