import { chmod, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../adapters/system/index.ts";
import { HoldfastError } from "../base/index.ts";
import { killAll } from "./processes.ts";

/** Where the one lab of this user lives. `cache` outlives it: what makes the next start warm. */
export interface StateFolder {
  readonly lab: string;
  readonly cache: string;
  readonly controlSocket: string;
  readonly supervisorLog: string;
  site(name: string): string;
}

/** `HOLDFAST_LAB_DIR`, or the XDG state folder; root's home is closed to the account that PostgreSQL runs as. */
export function stateFolderPath(environment: NodeJS.ProcessEnv): string {
  if (environment["HOLDFAST_LAB_DIR"]) return environment["HOLDFAST_LAB_DIR"];
  if (process.getuid?.() === 0) return "/var/lib/holdfast";
  return join(environment["XDG_STATE_HOME"] ?? join(homedir(), ".local/state"), "holdfast");
}

export function stateFolder(root: string): StateFolder {
  const lab = join(root, "lab");
  return {
    lab,
    cache: join(root, "cache"),
    controlSocket: join(lab, "control.sock"),
    supervisorLog: join(lab, "supervisor.log"),
    site: (name) => join(lab, "sites", name),
  };
}

/**
 * Takes the folder for this process, or says who has it. What a killed supervisor left behind (processes and data of a lab
 * that nobody can reach any more) is cleared away first.
 */
export async function claimStateFolder(path: string): Promise<StateFolder> {
  const root = await claimRoot(path);
  const folder = stateFolder(root);
  await withLock(join(root, "lab.pid"));
  await killAll(folder.lab);
  await rm(folder.lab, { recursive: true, force: true });
  await mkdir(join(folder.lab, "sites"), { recursive: true, mode: 0o711 });
  await mkdir(folder.cache, { recursive: true, mode: 0o711 });
  return folder;
}

/** Drops the lab's data and gives the folder back. */
export async function releaseStateFolder(folder: StateFolder): Promise<void> {
  await rm(folder.lab, { recursive: true, force: true });
  await rm(join(folder.lab, "..", "lab.pid"), { force: true });
}

async function claimRoot(path: string): Promise<string> {
  try {
    makeFolder(path);
    const root = await realpath(path);
    await requireOurs(root);
    await chmod(root, 0o711);
    return root;
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw new HoldfastError(
      [
        {
          code: "lab-folder-unwritable",
          message: `the lab cannot keep its state in ${path}: ${(cause as Error).message}`,
          hint: "Make the folder writable, or name another with HOLDFAST_LAB_DIR.",
        },
      ],
      { cause },
    );
  }
}

/** The lab clears its folder and changes its mode: one that holds anything else is somebody's, and is left alone. */
async function requireOurs(root: string): Promise<void> {
  const entries = await readdir(root);
  const foreign = entries.find((name) => !OUR_ENTRIES.includes(name));
  // A folder that a lab has used has one of these two; a `lab` alone may be anybody's.
  if (foreign === undefined && (entries.length === 0 || entries.includes("cache") || entries.includes("lab.pid")))
    return;
  throw new HoldfastError([
    {
      code: "lab-folder-unwritable",
      message: `the lab cannot keep its state in ${root}: it holds ${foreign ?? "lab"}, which is not the lab's`,
      hint: "Name an empty or a new folder with HOLDFAST_LAB_DIR.",
    },
  ]);
}

const OUR_ENTRIES: readonly string[] = ["cache", "lab", "lab.pid"];

async function withLock(pidFile: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(pidFile, `${process.pid}\n`, { flag: "wx" });
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new HoldfastError(
          [
            {
              code: "lab-folder-unwritable",
              message: `cannot write ${pidFile}: ${(cause as Error).message}`,
              hint: "Name another folder with HOLDFAST_LAB_DIR.",
            },
          ],
          { cause },
        );
      }
      const holder = Number(await readFile(pidFile, "utf8").catch(() => ""));
      if (await isSupervisor(holder)) throw alreadyRunning(holder);
      await rm(pidFile, { force: true });
    }
  }
  throw new HoldfastError([
    { code: "lab-already-running", message: "another lab is starting at this moment", hint: "Try again." },
  ]);
}

function alreadyRunning(pid: number): HoldfastError {
  return new HoldfastError([
    {
      code: "lab-already-running",
      message: `a lab is running already (process ${pid})`,
      hint: "`holdfast lab status` shows it, `holdfast lab down` ends it; HOLDFAST_LAB_DIR keeps a second one apart",
    },
  ]);
}

/** A process id alone proves nothing: the number may have gone to another program since. */
async function isSupervisor(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.includes("\0lab\0up\0");
}
