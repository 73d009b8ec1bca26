import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { SimulationResult } from "../../simulator/index.ts";
import type { Chunk, SimulateChunk, Task } from "./chunk.ts";
import type { ChildMessage } from "./child.ts";

export interface PoolOptions {
  readonly chunks: Iterable<Chunk>;
  /** After each chunk. */
  readonly onResult: (result: SimulationResult) => void;
}

/** In this process, one chunk after the other, with a turn for the terminal and Ctrl-C in between. */
export async function simulateHere(simulate: SimulateChunk, { chunks, onResult }: PoolOptions): Promise<void> {
  for (const chunk of chunks) {
    const result = await simulate(chunk);
    onResult(result);
    if (result.failed) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * On several cores: copies of this program, each given the next chunk when it has done its last. Chunks are given out in order, and after a
 * failure only those under way are finished, so the failed run of the lowest number is always among what comes back.
 */
export async function simulateInChildren(count: number, task: Task, { chunks, onResult }: PoolOptions): Promise<void> {
  const left = chunks[Symbol.iterator]();
  let failed = false;
  const work = (child: ChildProcess): Promise<void> =>
    new Promise((resolve, reject) => {
      const next = (): void => {
        const chunk = failed ? undefined : left.next();
        if (chunk === undefined || chunk.done === true) {
          child.disconnect();
          resolve();
        } else child.send(chunk.value);
      };
      child.on("message", (message: ChildMessage) => {
        if (message.kind === "broken") {
          reject(new Error(message.reason));
          return;
        }
        if (message.kind === "result") {
          failed ||= message.result.failed !== undefined;
          onResult(message.result);
        }
        next();
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        reject(new Error(`a process of the simulation ended with exit code ${String(code)}`)),
      );
    });
  const children = Array.from({ length: count }, () => startChild(task));
  const forget = endTogether(children);
  try {
    await Promise.all(children.map(work));
  } finally {
    forget();
    for (const child of children) child.kill();
  }
}

const ENDS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A child that computes hears neither a signal that it handles nor that its parent has gone, until its chunk is done. It holds nothing that
 * has to be put in order, so it is killed; then the parent ends as the signal would have ended it.
 */
function endTogether(children: readonly ChildProcess[]): () => void {
  const end = (signal: NodeJS.Signals): void => {
    for (const child of children) child.kill("SIGKILL");
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of ENDS) process.removeListener(signal, end);
  };
  for (const signal of ENDS) process.once(signal, end);
  return forget;
}

function startChild({ file, store, seed, intensity }: Task): ChildProcess {
  const [script = ""] = process.argv.slice(1);
  const args = ["simulate", file, "--child", "--seed", seed, "--intensity", String(intensity)];
  // Structured clones, because a result holds a Map.
  const options = { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] } as const;
  return fork(script, [...args, ...(store === undefined ? [] : ["--store", store])], {
    ...options,
    stdio: [...options.stdio],
  });
}
