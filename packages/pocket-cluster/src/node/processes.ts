import { readFile, readdir, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly folder: string;
}

/** Every process that works in `folder` or below; the node starts each one so, and no other mark survives what programs do to theirs. */
export async function processesBelow(folder: string): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const entries = await Promise.all(
    pids.map(async (pid) => {
      try {
        const cwd = await readlink(`/proc/${pid}/cwd`);
        return isBelow(cwd, folder) ? { pid, parent: (await readStat(pid)).parent, folder: cwd } : undefined;
      } catch {
        return undefined; // It ended meanwhile, or is somebody else's.
      }
    }),
  );
  return entries.filter((entry) => entry !== undefined && entry.pid !== process.pid) as ProcessEntry[];
}

/** SIGKILLs what `select` chooses of the processes below `folder`, and their children, until none is left. */
export async function killProcesses(
  folder: string,
  select: (entry: ProcessEntry, all: ReadonlyMap<number, ProcessEntry>) => boolean,
): Promise<void> {
  const deadline = performance.now() + 5000;
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, 50)) {
    const all = new Map((await processesBelow(folder)).map((entry) => [entry.pid, entry]));
    const chosen = new Set([...all.values()].filter((entry) => select(entry, all)).map(({ pid }) => pid));
    for (let grown = true; grown;) {
      const before = chosen.size;
      for (const { pid, parent } of all.values()) if (chosen.has(parent)) chosen.add(pid);
      grown = chosen.size > before;
    }
    if (chosen.size === 0) return;
    if (performance.now() > deadline) throw new Error(`processes ${[...chosen].join(", ")} do not end after SIGKILL`);
    for (const pid of chosen) sendSignal(pid, "SIGKILL");
    await sleep(waitMs);
  }
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

/** A process and everything that descends from it. */
export async function processTree(pid: number): Promise<readonly number[]> {
  const result = [pid];
  for (const member of result) {
    const children = await readFile(`/proc/${member}/task/${member}/children`, "utf8").catch(() => "");
    for (const child of children.split(" ")) if (child.trim() !== "") result.push(Number(child));
  }
  return result;
}

/** Clock ticks a second and bytes a page, as every Linux that Node runs on has them for user space. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface ProcessUsage {
  /** Of the living processes and of their ended children that were waited for. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What a process tree has used. Pages that children share with their parent (a database's buffers) count once. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  let cpuSeconds = 0;
  let memoryBytes = 0;
  for (const member of await processTree(pid)) {
    try {
      const { cpuTicks } = await readStat(member);
      const [, resident = 0, shared = 0] = (await readFile(`/proc/${member}/statm`, "utf8")).split(" ").map(Number);
      cpuSeconds += cpuTicks / TICKS_PER_SECOND;
      memoryBytes += (member === pid ? resident : resident - shared) * PAGE_BYTES;
    } catch {
      // It ended meanwhile.
    }
  }
  return { cpuSeconds, memoryBytes };
}

/** proc_pid_stat(5): the fields after the command's name, which may itself hold spaces and parentheses. */
async function readStat(pid: number): Promise<{ readonly parent: number; readonly cpuTicks: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [utime = 0, stime = 0, childrenUtime = 0, childrenStime = 0] = fields.slice(11, 15);
  return { parent: fields[1] ?? 0, cpuTicks: utime + stime + childrenUtime + childrenStime };
}
