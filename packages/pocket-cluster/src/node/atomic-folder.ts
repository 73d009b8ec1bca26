import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

/**
 * Makes `folder` hold exactly these files, all at once, as the kubelet's atomic writer does: the files stand in a folder of their
 * own, `..data` points at it, and each top-level name is a link through `..data`. Readers see the old set or the new one.
 */
export async function writeAtomically(folder: string, files: ReadonlyMap<string, VolumeFile>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const data = join(folder, "..data");
  const old = await readlink(data).catch(() => undefined);
  if (old !== undefined && (await holds(join(folder, old), files))) return;

  const fresh = await mkdtemp(join(folder, "..v"));
  await chmod(fresh, 0o755);
  for (const [path, { content, mode }] of files) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), content);
    await chmod(join(fresh, path), mode);
  }
  const next = join(folder, "..data_next");
  await rm(next, { force: true });
  await symlink(fresh.slice(folder.length + 1), next);
  await rename(next, data);

  const names = new Set([...files.keys()].map((path) => path.split("/")[0] ?? path));
  for (const name of names) {
    if ((await lstat(join(folder, name)).catch(() => undefined)) === undefined)
      await symlink(join("..data", name), join(folder, name));
  }
  for (const name of await readdir(folder))
    if (!name.startsWith("..") && !names.has(name)) await rm(join(folder, name), { force: true });
  if (old !== undefined) await rm(join(folder, old), { recursive: true, force: true });
}

/** A path inside a volume that stays inside it. */
export function isInside(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !normalize(path).split("/").includes("..");
}

async function holds(folder: string, files: ReadonlyMap<string, VolumeFile>): Promise<boolean> {
  const present = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) =>
    entry.isFile(),
  );
  if (present.length !== files.size) return false;
  for (const [path, { content }] of files) {
    const found = await readFile(join(folder, path)).catch(() => undefined);
    if (found === undefined || !found.equals(content)) return false;
  }
  return true;
}
