import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

// Should the process end before `run` does, that is no success.
process.exitCode = 2;
// No `await`: the bundle of `check` is a script. And `run` never throws.
void run(process.argv.slice(2), processTerminal()).then((exitCode) => {
  process.exitCode = exitCode;
});
