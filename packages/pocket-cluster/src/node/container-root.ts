import { cp, lstat, mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Container } from "../objects/index.ts";
import { isInside } from "./atomic-folder.ts";
import { expand } from "./environment.ts";
import type { Relocation } from "./relocation.ts";
import { VolumeError } from "./volumes.ts";
import type { PreparedVolume } from "./volumes.ts";

/**
 * Builds the folder that a container finds under `CONTAINER_ROOT`: below it each mount path is a link to its volume. Answers
 * where each mount path really is.
 */
export async function buildContainerRoot(
  root: string,
  container: Container,
  volumes: ReadonlyMap<string, PreparedVolume>,
  environment: Readonly<Record<string, string>>,
): Promise<readonly Relocation[]> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => a.mountPath.length - b.mountPath.length);
  const relocations: Relocation[] = [];
  for (const mount of mounts) {
    const volume = volumes.get(mount.name);
    if (volume === undefined) throw new VolumeError(`no volume is named "${mount.name}"`);
    const subPath =
      mount.subPath ?? (mount.subPathExpr === undefined ? undefined : expand(mount.subPathExpr, environment));
    if (subPath !== undefined && subPath !== "" && !isInside(subPath))
      throw new VolumeError(`the subPath "${subPath}" leaves the volume`);
    if (mount.mountPath.split("/").includes(".."))
      throw new VolumeError(`the mountPath "${mount.mountPath}" must not hold ".."`);

    const target = join(root, mount.mountPath);
    await mkdir(dirname(target), { recursive: true });
    const found = await lstat(target).catch(() => undefined);
    if (found !== undefined) await rm(target, { recursive: !found.isSymbolicLink(), force: true });
    const source = subPath === undefined ? volume.folder : join(volume.folder, subPath);
    if (subPath !== undefined && volume.atomic) {
      // As with a real subPath mount, later changes of the object do not show.
      await cp(source, target, { recursive: true, dereference: true });
    } else {
      if (subPath !== undefined && (await lstat(source).catch(() => undefined)) === undefined)
        await mkdir(source, { recursive: true, mode: 0o777 });
      await symlink(source, target);
    }
    relocations.push({ mountPath: mount.mountPath, path: target });
  }
  return relocations;
}
