import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder that a person named, and those above it that are missing. Node's own `recursive` never ends where the system
 * answers "no such file" to making a folder in one that is there, as /proc does.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || above === path) throw error;
    makeFolder(above);
    mkdirSync(path);
  }
}
