import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFleet } from "../../../spec/index.ts";
import type { Fleet } from "../../../spec/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { aksEngineFamily } from "../index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const examples = join(ancestorWith("examples/ratings") ?? here, "examples");

export const goldens = join(here, "../testdata");

/** Every example, and a file that uses what they do not. */
export const fleetFiles = [
  ...readdirSync(examples).map((name) => ({ name, file: join(examples, name, "holdfast.yaml") })),
  { name: "proxied", file: join(goldens, "proxied.yaml") },
].filter(({ file }) => existsSync(file));

export function textOf(name: string): string {
  const fleet = fleetFiles.find((each) => each.name === name);
  if (fleet === undefined) throw new Error(`no fleet file ${name}`);
  return readFileSync(fleet.file, "utf8");
}

export function fleetOf(text: string): Fleet {
  const parsed = parseFleet(text, "holdfast.yaml");
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("\n"));
  return parsed.value;
}

export function filesOf(fleet: Fleet): readonly RenderedFile[] {
  const sites = new Set(fleet.sites.map(({ name }) => name));
  return [...aksEngineFamily.render(fleet, sites)].flatMap(({ files }) => files);
}

export function findReference(name: string): string | undefined {
  const folder = ancestorWith(join("shared/reference", name));
  return folder === undefined ? undefined : join(folder, "shared/reference", name);
}

function ancestorWith(path: string): string | undefined {
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
