import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fleet } from "../../../spec/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { fleets, reference } from "../../testing/examples.ts";
import { aksEngineFamily } from "../index.ts";

export { fleetOf } from "../../testing/examples.ts";

const here = dirname(fileURLToPath(import.meta.url));

export const goldens = join(here, "../testdata");

/** Every example, and a file that uses what they do not. */
export const fleetFiles = [
  ...fleets.filter(({ name }) => name !== "everything"),
  { name: "proxied", file: join(goldens, "proxied.yaml") },
];

export function textOf(name: string): string {
  const fleet = fleetFiles.find((each) => each.name === name);
  if (fleet === undefined) throw new Error(`no fleet file ${name}`);
  return readFileSync(fleet.file, "utf8");
}

export function filesOf(fleet: Fleet): readonly RenderedFile[] {
  const sites = new Set(fleet.sites.map(({ name }) => name));
  return [...aksEngineFamily.render(fleet, sites)].flatMap(({ files }) => files);
}

export function findReference(name: string): string | undefined {
  const file = reference && join(reference, "shared/reference", name);
  return file !== undefined && existsSync(file) ? file : undefined;
}
