import type { SimulationResult } from "../../simulator/index.ts";
import type { Chunk, SimulateChunk } from "./chunk.ts";

export type ChildMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly firstRun: number; readonly result: SimulationResult }
  | { readonly kind: "broken"; readonly reason: string };

/** The other end of pool.ts, in a process of its own: does chunk after chunk until its parent has gone. */
export function serveChunks(simulate: SimulateChunk): Promise<void> {
  const send = (message: ChildMessage): void => void process.send?.(message);
  process.on("message", (chunk: Chunk) => {
    simulate(chunk).then(
      (result) => send({ kind: "result", firstRun: chunk.firstRun, result }),
      (error: unknown) => send({ kind: "broken", reason: error instanceof Error ? error.message : String(error) }),
    );
  });
  send({ kind: "ready" });
  return new Promise((resolve) => process.once("disconnect", resolve));
}
