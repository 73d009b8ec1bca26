import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { distil } from "./distil-schemas.ts";

it("the type table is what the script distils from the reference", async (context) => {
  const reference = findReference();
  if (reference === undefined) {
    if (process.env["CI"] !== undefined) throw new Error("no shared/reference beside the work tree");
    context.skip("no shared/reference beside the work tree");
    return;
  }
  const table = join(import.meta.dirname, "../src/store/types/tables.generated.ts");
  expect(await distil(reference)).toBe(readFileSync(table, "utf8"));
});

function findReference(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "shared/reference/kubernetes-1.34");
    if (existsSync(join(candidate, "openapi-v3/index.json"))) return candidate;
  }
  return undefined;
}
