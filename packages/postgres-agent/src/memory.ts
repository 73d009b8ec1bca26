import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DesiredState } from "./contract.ts";
import { parseDesired, type OrderMemory } from "./desired.ts";
import { writeDurably } from "./files.ts";

/** What the agent keeps over its own restarts and power losses, in `agent.json` beside the server's data. */
export interface Memory extends OrderMemory {
  /** Never with a lease: its clock ends with the agent. */
  readonly desired?: Omit<DesiredState, "writable">;
  /** True from before a promotion until the promotion stands in the database's own record (lineage.ts). */
  readonly promotionUnrecorded: boolean;
}

const nothing: Memory = { term: -1, revision: 0, followedTerm: -1, promotionUnrecorded: false };

/** Throws when the file is there but not readable: an agent that forgot its term could be talked into an old one. */
export function readMemory(dataFolder: string): Memory {
  const path = join(dataFolder, "agent.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return nothing;
    throw error;
  }
  // An agent that knew no revisions has written none.
  const { term, revision = 0, ...others } = JSON.parse(text) as Record<string, unknown>;
  const { followedTerm, promotionUnrecorded, desired } = others;
  const parsed = desired === undefined ? undefined : parseDesired(desired);
  if (
    typeof term !== "number" ||
    typeof revision !== "number" ||
    typeof followedTerm !== "number" ||
    typeof promotionUnrecorded !== "boolean" ||
    parsed?.ok === false
  ) {
    throw new Error(`${path} is not what the agent writes`);
  }
  const known = { term, revision, followedTerm, promotionUnrecorded };
  return parsed === undefined ? known : { ...known, desired: parsed.desired };
}

export function writeMemory(dataFolder: string, memory: Memory): void {
  writeDurably(join(dataFolder, "agent.json"), `${JSON.stringify(memory)}\n`);
}
