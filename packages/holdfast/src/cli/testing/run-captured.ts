import pc from "picocolors";
import { run } from "../run.ts";
import type { ExitCode, Terminal } from "../terminal.ts";

export interface Captured {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

interface CaptureOptions {
  readonly color?: boolean;
  /** As if it went to a terminal of that width. */
  readonly columns?: number;
}

/** Runs a command line in this process, as if its output went to a file. */
export async function runCaptured(argv: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  return capture(async (terminal) => {
    terminal.exitWith(await run(argv, terminal));
  }, options);
}

/** Runs a part of a command. */
export async function capture(
  act: (terminal: Terminal) => Promise<unknown>,
  options: CaptureOptions = {},
): Promise<Captured> {
  let [out, err, exitCode] = ["", "", 0 as ExitCode];
  const colors = pc.createColors(options.color ?? false);
  const terminal: Terminal = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    outColors: colors,
    errColors: colors,
    interactive: false,
    columns: options.columns ?? Infinity,
    errColumns: options.columns ?? Infinity,
    exitWith: (code) => (exitCode = code),
    get exitCode() {
      return exitCode;
    },
  };
  await act(terminal);
  return { exitCode, out, err };
}
