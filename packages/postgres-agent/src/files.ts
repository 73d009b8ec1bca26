import { execFile } from "node:child_process";
import { chownSync, closeSync, fsyncSync, lchownSync, openSync, renameSync, writeSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Who the server runs as, where that differs from who runs the agent. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Replaces a file whole and durably: after a power loss it has the old text or the new one. Synchronous, because callers
 * must not be overtaken by another request between decision and record; one small file takes a few milliseconds.
 */
export function writeDurably(path: string, text: string, owner?: Owner): void {
  const next = `${path}.next`;
  const file = openSync(next, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (owner !== undefined) chownSync(next, owner.uid, owner.gid);
  renameSync(next, path);
  syncFolder(dirname(path));
}

/** Makes renames in a folder durable. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Makes a whole tree durable: by one call for its file system where the system's `sync` knows that (30 ms for a new database),
 * else file by file (1.5 s).
 */
export async function syncTree(root: string): Promise<void> {
  const whole = await promisify(execFile)("sync", ["-f", root]).then(
    () => true,
    () => false,
  );
  if (!whole) await syncFiles(root);
}

async function syncFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncFiles(path);
    else if (entry.isFile()) {
      const file = await open(path, "r");
      await file.sync().finally(() => file.close());
    }
  }
  syncFolder(folder);
}

/** Copies a tree to a path that does not exist yet, by the system's `cp`: four times as fast as Node's for a thousand small files. */
export async function copyTree(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-R", from, to]);
}

export async function chownTree(root: string, owner: Owner): Promise<void> {
  lchownSync(root, owner.uid, owner.gid);
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
}

/** A folder for a server's data: empty, closed to everybody but its owner (PostgreSQL insists). */
export async function makeEmptyFolder(path: string, owner?: Owner): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { mode: 0o700 });
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
}
