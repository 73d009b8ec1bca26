import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Facts gathered for this project, beside its work tree and not part of it. Undefined where they are absent; in CI that is an error. */
export const reference = findReference();

export function referenceJson(path: string): unknown {
  return JSON.parse(readFileSync(join(reference ?? "", path), "utf8"));
}

function findReference(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "shared/reference");
    if (existsSync(candidate)) return candidate;
  }
  if (process.env["CI"] !== undefined) throw new Error("no shared/reference beside the work tree");
  return undefined;
}
