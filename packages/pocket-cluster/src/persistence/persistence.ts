import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { JournalEntry } from "../store/contract.ts";
import { decodeRecords, encodeRecord } from "./records.ts";

export interface PersistenceOptions {
  /** `<dataDir>/store`; made when absent. */
  readonly directory: string;
  /** A new snapshot is written once the journal is longer than this and twice the last snapshot. Default 4 MiB. */
  readonly journalBytesMax?: number;
}

export interface SavedState {
  readonly resourceVersion: number;
  readonly entries: readonly JournalEntry[];
}

/** What a store needs of its disk: `ObjectStore` fits. */
export interface JournaledStore {
  onJournal(listener: (entry: JournalEntry) => void): void;
  snapshot(): SavedState;
}

/**
 * Makes an object store durable. What is promised:
 * - A change is in the kernel before anyone can see it (watchers, readers, answers): SIGKILL of the process at any moment loses
 *   nothing that was visible.
 * - `flushed()` resolves once every change made so far is on the disk (fdatasync, shared by all who wait: group commit). Answering
 *   a write only after it keeps acknowledged writes over a loss of power, too.
 */
export interface Persistence {
  /** The state to restore the store from; `undefined` the first time. */
  readonly saved: SavedState | undefined;
  /** Call once, after the restore. Writing fails by throwing out of the store's write: the store must not go on without its disk. */
  attach(store: JournaledStore): void;
  flushed(): Promise<void>;
  /** Waits for what is under way and closes the files. The store must not change after it. */
  close(): Promise<void>;
}

export class StoreCorruptError extends Error {
  readonly code = "store-corrupt";
  constructor(file: string, offset: number) {
    super(
      `${file} is damaged at byte ${offset}: records follow that were acknowledged, so nothing is thrown away. Restore the file, or remove the folder to start empty.`,
    );
    this.name = "StoreCorruptError";
  }
}

/**
 * Files: `snapshot-<n>` is the whole state when `journal-<n>` began. To open: take the newest snapshot and all journals from
 * there on. A snapshot is written aside and renamed, and older files go only after that, so every crash leaves a full set.
 */
export function openPersistence({ directory, journalBytesMax = 4 << 20 }: PersistenceOptions): Persistence {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = load(directory);
  let generation = found.generation;
  let journal = openJournal(directory, generation);
  let journalBytes = found.journalBytes;
  let rotateAtBytes = Math.max(journalBytesMax, 2 * found.snapshotBytes);
  let store: JournaledStore | undefined;
  let snapshotting: Promise<void> = Promise.resolve();
  let isSnapshotting = false;
  const commits = groupCommit(() => journal);

  const append = (entry: JournalEntry): void => {
    const record = Buffer.from(encodeRecord(JSON.stringify(entry)));
    // A short write is finished here: a record must not be left torn with more to follow it.
    for (let written = 0; written < record.length;) written += writeSync(journal, record, written);
    journalBytes += record.length;
    commits.note();
    if (journalBytes > rotateAtBytes && !isSnapshotting) queueMicrotask(rotate);
  };

  /** Begins the next journal at once, then writes the snapshot that makes the older ones unnecessary. */
  const rotate = (): void => {
    if (store === undefined || isSnapshotting || journalBytes <= rotateAtBytes) return;
    isSnapshotting = true;
    const old = journal;
    fsyncSync(old);
    generation += 1;
    journal = openJournal(directory, generation);
    journalBytes = 0;
    const state = store.snapshot();
    const target = generation;
    snapshotting = commits
      .current()
      .then(() => {
        closeSync(old);
        return writeSnapshot(directory, target, state);
      })
      .then(
        (bytes) => {
          rotateAtBytes = Math.max(journalBytesMax, 2 * bytes);
          removeBefore(directory, target);
        },
        (error: unknown) => {
          // The journals still hold everything; the next snapshot is tried when they have grown as much again.
          rotateAtBytes *= 2;
          process.emitWarning(`snapshot of ${directory} failed: ${String(error)}`);
        },
      )
      .finally(() => {
        isSnapshotting = false;
      });
  };

  return {
    saved: found.saved,
    attach: (attached) => {
      store = attached;
      attached.onJournal(append);
    },
    flushed: () => commits.flushed(),
    close: async () => {
      await commits.flushed();
      await snapshotting;
      await commits.current();
      closeSync(journal);
    },
  };
}

interface GroupCommit {
  /** Something was written. */
  note(): void;
  flushed(): Promise<void>;
  /** Resolves when the sync that runs now, if any, has ended: the file it was for may then be closed. */
  current(): Promise<void>;
}

/** One fdatasync at a time: whoever asks while it runs shares the next one. Nothing new written: nothing to wait for. */
function groupCommit(descriptor: () => number): GroupCommit {
  let isDirty = false;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const sync = (): Promise<void> => {
    isDirty = false;
    running = new Promise<void>((resolve, reject) => {
      fdatasync(descriptor(), (error) => {
        running = undefined;
        if (error === null) resolve();
        else reject(error);
      });
    });
    return running;
  };

  return {
    note: () => {
      isDirty = true;
    },
    flushed: () => {
      if (!isDirty) return next ?? running ?? Promise.resolve();
      if (running === undefined) return sync();
      next ??= running.then(() => {
        next = undefined;
        return sync();
      });
      return next;
    },
    current: () => running ?? Promise.resolve(),
  };
}

interface Loaded {
  readonly generation: number;
  readonly saved: SavedState | undefined;
  readonly snapshotBytes: number;
  readonly journalBytes: number;
}

function load(directory: string): Loaded {
  const names = readdirSync(directory);
  const numbers = (prefix: string): number[] =>
    names
      .flatMap((name) => (new RegExp(`^${prefix}-\\d+$`).test(name) ? [Number(name.slice(prefix.length + 1))] : []))
      .sort((a, b) => a - b);
  const base = numbers("snapshot").at(-1) ?? 0;
  const journals = numbers("journal").filter((n) => n >= base);
  if (base === 0 && journals.length === 0)
    return { generation: 1, saved: undefined, snapshotBytes: 0, journalBytes: 0 };

  const state = new Map<string, JournalEntry>();
  let resourceVersion = 0;
  const replay = (entry: JournalEntry): void => {
    resourceVersion = Math.max(resourceVersion, entry.resourceVersion);
    // An object keeps its place only while it lives: deleted and made again it comes last, as in the store.
    if (entry.object === undefined) state.delete(entry.key);
    else state.set(entry.key, entry);
  };

  let snapshotBytes = 0;
  if (base > 0) {
    const { records, bytes } = readRecords(snapshotPath(directory, base), false);
    const [head, ...entries] = records as [{ resourceVersion: number }, ...JournalEntry[]];
    entries.forEach(replay);
    resourceVersion = head.resourceVersion;
    snapshotBytes = bytes;
  }
  let journalBytes = 0;
  for (const number of journals) {
    const { records, bytes } = readRecords(journalPath(directory, number), number === journals.at(-1));
    (records as JournalEntry[]).forEach(replay);
    journalBytes = bytes;
  }
  return {
    generation: journals.at(-1) ?? base,
    saved: { resourceVersion, entries: [...state.values()] },
    snapshotBytes,
    journalBytes,
  };
}

/** Only the last journal may be torn, by the crash that ended it; the torn end is cut off so that appending goes on cleanly. */
function readRecords(file: string, isLast: boolean): { readonly records: readonly unknown[]; readonly bytes: number } {
  const { records, goodBytes, end } = decodeRecords(readFileSync(file));
  if (end === "corrupt" || (end === "torn" && !isLast)) throw new StoreCorruptError(file, goodBytes);
  if (end === "torn") {
    const descriptor = openSync(file, "r+");
    ftruncateSync(descriptor, goodBytes);
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  return { records, bytes: goodBytes };
}

/** The folder is synced as well: without its name in it, a journal's contents would be lost with the power. */
function openJournal(directory: string, number: number): number {
  const journal = openSync(journalPath(directory, number), "a", 0o600);
  const folder = openSync(directory, "r");
  fsyncSync(folder);
  closeSync(folder);
  return journal;
}

async function writeSnapshot(directory: string, number: number, state: SavedState): Promise<number> {
  const path = snapshotPath(directory, number);
  const aside = `${path}.new`;
  const file = await open(aside, "w", 0o600);
  let bytes = 0;
  try {
    const write = async (lines: readonly string[]): Promise<void> => {
      const chunk = Buffer.from(lines.join(""));
      await file.writeFile(chunk);
      bytes += chunk.length;
    };
    await write([encodeRecord(JSON.stringify({ resourceVersion: state.resourceVersion }))]);
    // In slices, so that a large store does not hold up the requests of a running server.
    for (let from = 0; from < state.entries.length; from += 500) {
      await write(state.entries.slice(from, from + 500).map((entry) => encodeRecord(JSON.stringify(entry))));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  const folder = await open(directory, "r");
  await folder.sync().finally(() => folder.close());
  return bytes;
}

function removeBefore(directory: string, number: number): void {
  for (const name of readdirSync(directory)) {
    const match = /^(?:snapshot|journal)-(\d+)(?:\.new)?$/.exec(name);
    if (match !== null && Number(match[1]) < number) rmSync(join(directory, name), { force: true });
  }
}

const journalPath = (directory: string, number: number): string => join(directory, `journal-${number}`);
const snapshotPath = (directory: string, number: number): string => join(directory, `snapshot-${number}`);
