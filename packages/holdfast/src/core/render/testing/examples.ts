import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { membersOf, parseFleet } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import type { RenderFamily, RenderedFile } from "../rendered-file.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = ancestorWith(here, "examples/ratings") ?? here;

/** Every example, and the file that uses what they do not. */
export const fleets: readonly { readonly name: string; readonly file: string }[] = [
  ...readdirSync(join(root, "examples")).map((name) => ({ name, file: join(root, "examples", name, "holdfast.yaml") })),
  { name: "everything", file: join(here, "../kubernetes/testdata/everything.yaml") },
].filter(({ file }) => existsSync(file));

/** `edit` changes the text first. */
export function fleetNamed(name: string, edit: (text: string) => string = (text) => text): Fleet {
  const file = fleets.find((each) => each.name === name)?.file ?? name;
  return fleetOf(edit(readFileSync(file, "utf8")), file);
}

/** A fleet of this text; throws with what is wrong with it. */
export function fleetOf(text: string, file = "holdfast.yaml"): Fleet {
  const parsed = parseFleet(text, file);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.error.map(({ message }) => message).join("\n"));
}

/** Rendered once for a fleet: tests ask for many single files. */
export function allFiles(family: RenderFamily, fleet: Fleet): readonly RenderedFile[] {
  const known = rendered.get(fleet)?.get(family);
  if (known !== undefined) return known;
  const files = [...family.render(fleet, new Set(membersOf(fleet).map(({ name }) => name)))].flatMap(
    (group) => group.files,
  );
  rendered.set(fleet, new Map([...(rendered.get(fleet) ?? []), [family, files]]));
  return files;
}

const rendered = new WeakMap<Fleet, ReadonlyMap<RenderFamily, readonly RenderedFile[]>>();

/** Facts to test against, beside the project; undefined where they are not. */
export const reference = ancestorWith(here, "shared/reference") ?? ancestorWith(dirname(root), "shared/reference");

function ancestorWith(from: string, path: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
