import { existsSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "../../adapters/system/index.ts";
import { HoldfastError } from "../../base/index.ts";
import type { Problem } from "../../base/index.ts";
import type { RenderedFile } from "../../core/render/index.ts";
import type { FileState } from "./unified-diff.ts";

/** Lists what we wrote, so that a later run can tell its own stale files from a person's. */
const RECORD = ".holdfast-render.json";
const STAGING = ".holdfast-render.staging";

/** Paths relative to the folder, sorted. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

export function isUpToDate({ added, changed, removed }: Changes): boolean {
  return added.length + changed.length + removed.length === 0;
}

/**
 * A folder that is made to hold exactly the rendered files, next to whatever else is in it. Everything is written aside first;
 * then the record names old and new files, and each file is moved into place. A run that is killed leaves whole files, and the
 * next one finishes its work.
 */
export class OutputFolder {
  readonly #path: string;
  /** A folder that is not there yet appears at once and whole: it is filled elsewhere and renamed. */
  readonly #isNew: boolean;
  readonly #staging: string;
  readonly #owned: ReadonlySet<string>;
  readonly #folders = new Set<string>();
  readonly #added: string[] = [];
  readonly #changed: string[] = [];
  readonly #foreign: string[] = [];
  readonly #seen = new Set<string>();

  constructor(path: string) {
    this.#path = resolve(path);
    this.#isNew = !existsSync(this.#path);
    this.#staging = this.#isNew ? `${this.#path}${STAGING}` : join(this.#path, STAGING);
    this.#owned = this.#isNew ? new Set() : readRecord(this.#path);
  }

  /** Compares the files with what is there, and writes those that differ aside when `stage` says so. */
  take(files: readonly RenderedFile[], { stage }: { readonly stage: boolean }): void {
    for (const { path, content, executable = false } of files) {
      this.#seen.add(path);
      const present = this.present(path);
      if (present?.content === content && present.executable === executable) continue;
      if (present === undefined) this.#added.push(path);
      else if (this.#owned.has(path)) this.#changed.push(path);
      else this.#foreign.push(path);
      if (stage) this.#stage(path, content, executable);
    }
  }

  /** What is there now. */
  present(path: string): FileState | undefined {
    const content = this.#isNew ? undefined : readIfThere(join(this.#path, path));
    return content === undefined ? undefined : { content, executable: isExecutable(join(this.#path, path)) };
  }

  /** `inScope` says which of our earlier files this run is about: the others stay. Throws where a person's file is in the way. */
  changes(inScope: (path: string) => boolean): Changes {
    if (this.#foreign.length > 0) throw foreignFiles(this.#path, this.#foreign);
    const removed = [...this.#owned].filter((path) => inScope(path) && !this.#seen.has(path));
    return {
      added: this.#added.toSorted(),
      changed: this.#changed.toSorted(),
      removed: removed.filter((path) => existsSync(join(this.#path, path))).toSorted(),
      unchanged: this.#seen.size - this.#added.length - this.#changed.length,
    };
  }

  /** Moves what was staged into place and removes our stale files. */
  commit({ added, changed, removed }: Changes, inScope: (path: string) => boolean): void {
    const kept = [...this.#owned].filter((path) => !inScope(path));
    const owned = [...kept, ...this.#seen];
    if (this.#isNew) {
      makeFolder(this.#staging);
      writeRecord(this.#staging, owned);
      renameSync(this.#staging, this.#path);
      return;
    }
    // From here on a crash must not lose track of a file: the record names them all until the end.
    if (added.length + removed.length > 0) writeRecord(this.#path, [...owned, ...removed]);
    for (const path of [...added, ...changed]) {
      this.#makeFolder(dirname(join(this.#path, path)));
      renameSync(join(this.#staging, path), join(this.#path, path));
    }
    for (const path of removed) removeWithEmptyFolders(this.#path, path);
    writeRecord(this.#path, owned);
    this.discard();
  }

  /** Leaves no trace of what was written aside; also after a run that was killed. */
  discard(): void {
    rmSync(this.#staging, { recursive: true, force: true });
  }

  #stage(path: string, content: string, executable: boolean): void {
    const file = join(this.#staging, path);
    this.#makeFolder(dirname(file));
    writeFileSync(file, content, { mode: executable ? 0o755 : 0o644 });
  }

  #makeFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    makeFolder(folder);
    this.#folders.add(folder);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Git keeps this one bit of a file's mode. */
function isExecutable(file: string): boolean {
  return (statSync(file).mode & 0o100) !== 0;
}

function readRecord(folder: string): ReadonlySet<string> {
  const text = readIfThere(join(folder, RECORD));
  if (text === undefined) return new Set();
  try {
    const { files } = JSON.parse(text) as { readonly files: readonly string[] };
    // The record says what may be deleted: one that somebody changed must not lead us out of the folder.
    if (files.every((path) => /^[^/]/.test(path) && !path.split("/").includes(".."))) return new Set(files);
  } catch {
    // Told below.
  }
  throw new HoldfastError([
    {
      code: "output-record-broken",
      message: `${join(folder, RECORD)} is not as holdfast wrote it, so its files cannot be told from yours`,
      hint: "restore it from Git, or render into a new folder",
    },
  ]);
}

function writeRecord(folder: string, files: readonly string[]): void {
  const text = `${JSON.stringify({ about: "What holdfast rendered here, and may replace or remove.", files: files.toSorted() }, null, 1)}\n`;
  const file = join(folder, RECORD);
  if (readIfThere(file) === text) return;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function removeWithEmptyFolders(root: string, path: string): void {
  rmSync(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if (readdirSync(join(root, folder)).length > 0) return;
    rmdirSync(join(root, folder));
  }
}

function foreignFiles(folder: string, paths: readonly string[]): HoldfastError {
  const [first, ...rest] = paths.map((path): Problem => ({
    code: "output-file-foreign",
    message: `${join(folder, path)} is in the way, and holdfast did not write it`,
    hint: "move it, or render into another folder",
  }));
  if (first === undefined) throw new Error("a file is in the way");
  return new HoldfastError([first, ...rest]);
}
