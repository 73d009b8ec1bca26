import { readFile } from "node:fs/promises";
import { killProcesses, processesBelow, sendSignal } from "@holdfast/pocket-cluster";

/**
 * Signals every process of a site, which are those that work below its folder; again until a pass finds no new one, as a
 * stopped parent cannot fork any more.
 */
export async function signalAll(folder: string, signal: "SIGSTOP" | "SIGCONT"): Promise<number> {
  const signalled = new Set<number>();
  for (let pass = 0; pass < 10; pass += 1) {
    const fresh = (await pidsBelow(folder)).filter((pid) => !signalled.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      signalled.add(pid);
      sendSignal(pid, signal);
    }
  }
  return signalled.size;
}

/** The power cord: nothing below the folder runs when this resolves. Stopping first makes the loss one moment for all. */
export async function killAll(folder: string): Promise<number> {
  const count = await signalAll(folder, "SIGSTOP");
  await killProcesses(folder, () => true);
  return count;
}

/** Proportional set size of every process below the folder and of `others`, in bytes: a shared page is counted once in all. */
export async function proportionalSetSize(folder: string, others: readonly number[] = []): Promise<number> {
  const sizes = await Promise.all(
    [...(await pidsBelow(folder)), ...others].map(async (pid) => {
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

async function pidsBelow(folder: string): Promise<readonly number[]> {
  return (await processesBelow(folder)).map(({ pid }) => pid);
}
