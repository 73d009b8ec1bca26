import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { copyNative, type Binaries } from "./binaries.ts";
import type { AgentConfig } from "./config.ts";
import type { Owner } from "./files.ts";

/**
 * How a program of PostgreSQL is run: it refuses to run as root, and initdb wants a user that has a name. "nobody" (65534)
 * is the one that every system has.
 */
export interface RunAs {
  readonly binaries: Binaries;
  /** Present: files for the server must belong to this user. */
  readonly owner?: Owner;
  /** Words to put before a program's own, such as unshare's. */
  readonly prefix: readonly string[];
}

/** The command line of one of PostgreSQL's programs. */
export function commandLine(
  { binaries, prefix }: RunAs,
  program: "initdb" | "postgres",
  args: readonly string[],
): { command: string; args: readonly string[] } {
  const path = join(binaries.folder, program);
  const [first, ...rest] = prefix;
  return first === undefined ? { command: path, args } : { command: first, args: [...rest, path, ...args] };
}

const NOBODY: Owner = { uid: 65534, gid: 65534 };
const UNSHARE = ["--user", "--map-user=65534", "--map-group=65534", "--"];

/**
 * Not root: as we are. Root: as nobody, if nobody can reach the data and the binaries (a copy of them, if need be), else as
 * nobody of a user namespace of its own, which outside of it is still root and reaches everything.
 */
export async function chooseRunAs(binaries: Binaries, config: AgentConfig): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { binaries, prefix: [] };
  if (await reachableByAll(config.dataFolder)) {
    if (await reachableByAll(binaries.folder)) return { binaries, owner: NOBODY, prefix: [] };
    const folder = await copyNative(binaries.folder, config).catch(() => undefined);
    if (folder !== undefined && (await reachableByAll(folder))) {
      return { binaries: { ...binaries, folder }, owner: NOBODY, prefix: [] };
    }
  }
  const works = await promisify(execFile)("unshare", [...UNSHARE, "true"]).then(
    () => true,
    () => false,
  );
  if (works) return { binaries, prefix: ["unshare", ...UNSHARE] };
  throw new Error(
    `PostgreSQL does not run as root, user "nobody" cannot reach ${config.dataFolder} or ${binaries.folder}, and this system ` +
      "has no user namespaces: run the agent as another user, or make those folders accessible (chmod o+x on each parent)",
  );
}

/** May everybody pass through the folder and all of its parents? */
async function reachableByAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
