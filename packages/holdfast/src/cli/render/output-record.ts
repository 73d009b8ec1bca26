import { hash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HoldfastError } from "../../base/index.ts";

/** Lists what we wrote, so that a later run can tell its own stale files from a person's, and what a person changed since. */
export const RECORD = ".holdfast-render.json";

/** Each path with the digest of what was written there; undefined where that is not known: no reason to suspect an edit. */
export type RenderRecord = ReadonlyMap<string, string | undefined>;

/** SHA-256, as `sha256sum` prints it. */
export function digestOf(content: string): string {
  return hash("sha256", content);
}

/** Absent where the folder has none. Where it is not as we wrote it: throws, or with `force` none. */
export function readRecord(folder: string, { force }: { readonly force: boolean }): RenderRecord | undefined {
  const text = readIfThere(join(folder, RECORD));
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  // The record says what may be deleted: one that somebody changed must not lead us out of the folder.
  if (record && [...record.keys()].every((path) => /^[^/]/.test(path) && !path.split("/").includes("..")))
    return record;
  if (force) return undefined;
  throw new HoldfastError([
    {
      code: "output-record-broken",
      message: `${join(folder, RECORD)} is not as holdfast wrote it, so its files cannot be told from yours`,
      hint: "Restore it from Git, or use --force: it writes over what differs, and begins a new record.",
    },
  ]);
}

/** Earlier versions wrote a list of paths: what they wrote counts as nobody's edit. */
function parseRecord(text: string): RenderRecord | undefined {
  try {
    const { files } = JSON.parse(text) as { readonly files: unknown };
    const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(files)
      ? files.map((path: unknown) => [path, null])
      : Object.entries(files as object);
    const known = entries.flatMap(([path, digest]): [string, string | undefined][] => {
      if (typeof path !== "string" || (digest !== null && typeof digest !== "string")) return [];
      return [[path, digest ?? undefined]];
    });
    return known.length === entries.length ? new Map(known) : undefined;
  } catch {
    return undefined;
  }
}

export function writeRecord(folder: string, record: RenderRecord): void {
  const about = "What holdfast rendered here, and may replace or remove, with the SHA-256 of what it wrote.";
  const sorted = [...record].sort(([a], [b]) => (a < b ? -1 : 1));
  const files = Object.fromEntries(sorted.map(([path, digest]) => [path, digest ?? null]));
  const text = `${JSON.stringify({ about, files }, null, 1)}\n`;
  const file = join(folder, RECORD);
  if (readIfThere(file) === text) return;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
