import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Everything below the folders of families that is none of ours. A pipeline applies such a folder with all that is in it, so whoever puts a
 * file there deploys it, and nobody who reads the fleet file knows. Links are not followed: one is foreign as such.
 */
export function foreignFiles(root: string, ours: ReadonlySet<string>): string[] {
  const families = new Set([...ours].map((path) => path.split("/", 1)[0] ?? ""));
  return [...families].flatMap((family) => filesBelow(root, family)).filter((path) => !ours.has(path));
}

function filesBelow(root: string, folder: string): string[] {
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : [path];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
