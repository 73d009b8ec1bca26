import { existsSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "../../adapters/system/index.ts";
import type { RenderedFile } from "../../core/render/index.ts";
import { foreignFiles } from "./foreign-files.ts";
import { digestOf, readIfThere, readRecord, writeRecord } from "./output-record.ts";
import type { RenderRecord } from "./output-record.ts";
import type { FileState } from "./unified-diff.ts";

const STAGING = ".holdfast-render.staging";

/** Paths relative to the folder, sorted. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Of those that would be changed or removed: what is there is neither what the last run wrote nor what this one writes. */
  readonly edited: readonly string[];
  /** They stand where a rendered file belongs, and the record does not name them. */
  readonly unrecorded: readonly string[];
  /** They stand in a family's folder, where nothing is rendered to; they are never touched. */
  readonly foreign: readonly string[];
  readonly unchanged: number;
}

export function isUpToDate({ added, changed, removed, unrecorded, foreign }: Changes): boolean {
  return added.length + changed.length + removed.length + unrecorded.length + foreign.length === 0;
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
  readonly #owned: RenderRecord;
  readonly #folders = new Set<string>();
  readonly #added: string[] = [];
  readonly #changed: string[] = [];
  readonly #edited: string[] = [];
  readonly #unrecorded: string[] = [];
  readonly #seen = new Map<string, string>();

  /** `force`: a record that is broken counts as none. */
  constructor(path: string, { force = false }: { readonly force?: boolean } = {}) {
    this.#path = resolve(path);
    this.#isNew = !existsSync(this.#path);
    this.#staging = this.#isNew ? `${this.#path}${STAGING}` : join(this.#path, STAGING);
    this.#owned = (this.#isNew ? undefined : readRecord(this.#path, { force })) ?? new Map();
  }

  /** Compares the files with what is there, and writes those that differ aside when `stage` says so. */
  take(files: readonly RenderedFile[], { stage }: { readonly stage: boolean }): void {
    for (const { path, content, executable = false } of files) {
      this.#seen.set(path, digestOf(content));
      const present = this.present(path);
      if (present !== undefined && !this.#owned.has(path)) this.#unrecorded.push(path);
      if (present?.content === content && present.executable === executable) continue;
      if (present === undefined) this.#added.push(path);
      else {
        this.#changed.push(path);
        if (present.content !== content && this.#isEdited(path, present)) this.#edited.push(path);
      }
      if (stage) this.#stage(path, content, executable);
    }
  }

  /** What is there now. */
  present(path: string): FileState | undefined {
    const content = this.#isNew ? undefined : readIfThere(join(this.#path, path));
    return content === undefined ? undefined : { content, executable: isExecutable(join(this.#path, path)) };
  }

  /** `inScope` says which of our earlier files this run is about: the others stay. */
  changes(inScope: (path: string) => boolean): Changes {
    const stale = [...this.#owned.keys()].filter((path) => inScope(path) && !this.#seen.has(path));
    const removed = stale.filter((path) => existsSync(join(this.#path, path)));
    const editedStale = removed.filter((path) => {
      const present = this.present(path);
      return present !== undefined && this.#isEdited(path, present);
    });
    const ours = new Set([...this.#owned.keys(), ...this.#seen.keys()]);
    return {
      added: this.#added.toSorted(),
      changed: this.#changed.toSorted(),
      removed: removed.toSorted(),
      edited: [...this.#edited, ...editedStale].toSorted(),
      unrecorded: this.#unrecorded.toSorted(),
      foreign: this.#isNew ? [] : foreignFiles(this.#path, ours).filter(inScope).toSorted(),
      unchanged: this.#seen.size - this.#added.length - this.#changed.length,
    };
  }

  /** Moves what was staged into place and removes our stale files. */
  commit({ added, changed, removed }: Changes, inScope: (path: string) => boolean): void {
    const kept = [...this.#owned].filter(([path]) => !inScope(path));
    const owned: RenderRecord = new Map([...kept, ...this.#seen]);
    if (this.#isNew) {
      makeFolder(this.#staging);
      writeRecord(this.#staging, owned);
      renameSync(this.#staging, this.#path);
      return;
    }
    // From here on a crash must not lose track of a file, nor make one of ours look like somebody's edit: until the end the record names
    // them all, and says of none that is on its way what is in it.
    const onTheirWay = [...added, ...changed, ...removed].map((path) => [path, undefined] as const);
    if (onTheirWay.length > 0) writeRecord(this.#path, new Map([...owned, ...onTheirWay]));
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

  #isEdited(path: string, { content }: FileState): boolean {
    const digest = this.#owned.get(path);
    return digest !== undefined && digest !== digestOf(content);
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

/** Git keeps this one bit of a file's mode. */
function isExecutable(file: string): boolean {
  return (statSync(file).mode & 0o100) !== 0;
}

function removeWithEmptyFolders(root: string, path: string): void {
  rmSync(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if (readdirSync(join(root, folder)).length > 0) return;
    rmdirSync(join(root, folder));
  }
}
