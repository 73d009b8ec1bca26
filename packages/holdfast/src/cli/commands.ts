import type { CommandEntry } from "./command.ts";

/** The registry: a line a command, in the order of `holdfast help`. What a command is stands in command.ts. */
export const commands: readonly CommandEntry[] = [
  {
    name: "check",
    summary: "is the design sound? every problem and finding, with its line",
    load: () => import("./check/index.ts"),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of the fleet file, for editors",
    load: () => import("./schema/index.ts"),
  },
];
