import { readdir, readlink, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A site's processes are those that work below its folder. Process groups are not enough: PostgreSQL puts each backend
 * into a session of its own, and a parent's death leaves children that no tree leads to.
 */
export async function processesBelow(folder: string): Promise<readonly number[]> {
  const entries = await readdir("/proc");
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        try {
          const cwd = await readlink(`/proc/${pid}/cwd`);
          return cwd === folder || cwd.startsWith(`${folder}/`) ? Number(pid) : undefined;
        } catch {
          return undefined; // It ended meanwhile, or belongs to somebody else.
        }
      }),
  );
  return found.filter((pid) => pid !== undefined && pid !== process.pid) as number[];
}

/** Signals every process below the folder, again until a pass finds no new one: a stopped parent cannot fork any more. */
export async function signalAll(folder: string, signal: "SIGSTOP" | "SIGCONT"): Promise<number> {
  const signalled = new Set<number>();
  for (let pass = 0; pass < 10; pass += 1) {
    const fresh = (await processesBelow(folder)).filter((pid) => !signalled.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      signalled.add(pid);
      sendSignal(pid, signal);
    }
  }
  return signalled.size;
}

/** The power cord: nothing below the folder runs when this resolves. Stopping first makes the loss one moment for all. */
export async function killAll(folder: string, timeoutMs = 5000): Promise<number> {
  const count = await signalAll(folder, "SIGSTOP");
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const alive = await processesBelow(folder);
    if (alive.length === 0) return count;
    for (const pid of alive) sendSignal(pid, "SIGKILL");
    if (performance.now() > deadline) throw new Error(`processes ${alive.join(", ")} below ${folder} do not end`);
    await sleep(5);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

/** Proportional set size of every process below the folder and of `others`, in bytes: a shared page is counted once in all. */
export async function proportionalSetSize(folder: string, others: readonly number[] = []): Promise<number> {
  const sizes = await Promise.all(
    [...(await processesBelow(folder)), ...others].map(async (pid) => {
      try {
        const match = /^Pss:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, "utf8"));
        return Number(match?.[1] ?? 0) * 1024;
      } catch {
        return 0;
      }
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
