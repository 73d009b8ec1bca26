import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { engineReleaseOf } from "../../../azure-stack-hub/index.ts";
import { checkApiModel } from "./check-api-model.ts";

interface RecordedCase {
  readonly case: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly accepted: boolean;
}

const transcripts = findReference("aks-engine-azurestack/generate-transcripts.json");
/** The recorded program is the one of this release. */
const release = engineReleaseOf("0.85.0")!;

function findReference(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "shared/reference", name);
    if (existsSync(file)) return file;
  }
  return undefined;
}

function readTranscripts(): { readonly base: unknown; readonly cases: readonly RecordedCase[] } {
  // A block that is skipped is still described.
  if (transcripts === undefined) return { base: {}, cases: [] };
  return JSON.parse(readFileSync(transcripts, "utf8")) as ReturnType<typeof readTranscripts>;
}

/** `a.b.0.c`: value; null takes the key away, a number behind the end of a list adds to it. */
function changed(base: unknown, change: RecordedCase["change"]): unknown {
  const model = structuredClone(base);
  for (const [path, value] of Object.entries(change)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any JSON
    const parent = keys.reduce<any>((member, key) => (member[key] ??= {}), model);
    if (value === null) Reflect.deleteProperty(parent as object, last);
    else parent[last] = value;
  }
  return model;
}

describe.skipIf(transcripts === undefined && process.env["CI"] === undefined)(
  "what the real program says (skipped where shared/reference is absent)",
  () => {
    const recorded = readTranscripts();

    it("is recorded in 102 cases, both ways (R19, R20)", () => {
      expect(recorded.cases).toHaveLength(102);
      expect(new Set(recorded.cases.map(({ accepted }) => accepted)).size).toBe(2);
    });

    it.each(recorded.cases)("$case: accepted is $accepted (R19, R20)", ({ change, accepted }) => {
      const reasons = checkApiModel(changed(recorded.base, change), release);
      expect(reasons.length === 0, reasons.join("; ")).toBe(accepted);
    });
  },
);
