import pc from "picocolors";
import { run } from "../run.ts";
import type { ExitCode, Terminal } from "../terminal.ts";

export interface Captured {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, as if its output went to a file. */
export async function runCaptured(argv: readonly string[], options: { color?: boolean } = {}): Promise<Captured> {
  let [out, err, exitCode] = ["", "", 0 as ExitCode];
  const colors = pc.createColors(options.color ?? false);
  const terminal: Terminal = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    outColors: colors,
    errColors: colors,
    interactive: false,
    columns: 100,
    exitWith: (code) => (exitCode = code),
    get exitCode() {
      return exitCode;
    },
  };
  const code = await run(argv, terminal);
  return { exitCode: code, out, err };
}
