import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DesiredState } from "./contract.ts";
import { parseDesired, type TermMemory } from "./desired.ts";
import { writeDurably } from "./files.ts";

/** What the agent keeps over its own restarts and power losses, in `agent.json` beside the server's data. */
export interface Memory extends TermMemory {
  readonly desired?: DesiredState;
  /** True from before a promotion until the promotion stands in the database's own record (lineage.ts). */
  readonly promotionUnrecorded: boolean;
}

const nothing: Memory = { term: -1, followedTerm: -1, promotionUnrecorded: false };

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
  const { term, followedTerm, promotionUnrecorded, desired } = JSON.parse(text) as Record<string, unknown>;
  const parsed = desired === undefined ? undefined : parseDesired(desired);
  if (
    typeof term !== "number" ||
    typeof followedTerm !== "number" ||
    typeof promotionUnrecorded !== "boolean" ||
    parsed?.ok === false
  ) {
    throw new Error(`${path} is not what the agent writes`);
  }
  return { term, followedTerm, promotionUnrecorded, ...(parsed === undefined ? {} : { desired: parsed.desired }) };
}

export function writeMemory(dataFolder: string, memory: Memory): void {
  writeDurably(join(dataFolder, "agent.json"), `${JSON.stringify(memory)}\n`);
}
