import { readFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The processes of a PostgreSQL server, found by where they stand: each of them, the postmaster and its children, has the
 * data folder as working folder. (Process groups do not do: every child is a session of its own.) Linux only; elsewhere the
 * list is empty and the server's own lock file has to do.
 */
async function serverProcesses(dataFolder: string): Promise<readonly number[]> {
  const entries = await readdir("/proc").catch(() => [] as string[]);
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const cwd = await readlink(`/proc/${entry}/cwd`).catch(() => undefined);
        if (cwd !== dataFolder && cwd !== `${dataFolder} (deleted)`) return [];
        // "/path/bin/postgres -D ..." or "postgres: walwriter": a shell that someone left in the folder is not ours to end.
        const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
        return basename(command.split(/[\0: ]/)[0] ?? "") === "postgres" ? [Number(entry)] : [];
      }),
  );
  return found.flat();
}

/**
 * Ends every process of the server and waits until they are gone: while one lives, a new server is refused ("pre-existing
 * shared memory block is still in use"), and a session that lives on may still acknowledge.
 */
export async function killServerProcesses(dataFolder: string): Promise<number> {
  const deadline = performance.now() + 10_000;
  const killed = new Set<number>();
  for (;;) {
    const left = await serverProcesses(dataFolder);
    if (left.length === 0) return killed.size;
    for (const pid of left) {
      killed.add(pid);
      sendSignal(pid, "SIGKILL");
    }
    if (performance.now() > deadline) throw new Error(`processes of the old server do not end: ${left.join(", ")}`);
    await sleep(5);
  }
}

/**
 * The sessions of a postmaster that are not a standby's, by the names that they give themselves ("postgres: ratings ratings
 * 10.0.0.7(4711) idle"); a standby's are for the postmaster to end, after they have sent the rest. Synchronous and quick, for whoever has no time to
 * lose; where the system does not list a process's children, the list is empty.
 */
export function sessionsOf(postmaster: number): readonly number[] {
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  return read(`/proc/${postmaster}/task/${postmaster}/children`)
    .split(" ")
    .filter((pid) => isSession(pid === "" ? "" : read(`/proc/${pid}/cmdline`)))
    .map(Number);
}

export function isSession(title: string): boolean {
  return /^postgres: (?!walsender ).*\(\d+\) /.test(title);
}

/** Sends a signal; false when the process is gone already. */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
