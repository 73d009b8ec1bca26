import type { Colors } from "picocolors/types";
import pc from "picocolors";

/** The command's way out: two streams, whether a person watches, and the exit code. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Colours for each stream; plain text where it is not a terminal, or where the person wants none. */
  readonly outColors: Colors;
  readonly errColors: Colors;
  /** A person watches stderr (and stdout): progress may redraw itself. */
  readonly interactive: boolean;
  /** How wide a text for people may be on each stream; Infinity where nothing says so: a file takes any line. */
  readonly columns: number;
  readonly errColumns: number;
  exitWith(code: ExitCode): void;
  readonly exitCode: ExitCode;
}

/** 0: done, nothing wrong · 1: done, and findings of severity error (or what was asked for is not so) · 2: could not be done. */
export type ExitCode = 0 | 1 | 2;

export function processTerminal(): Terminal {
  let exitCode: ExitCode = 0;
  for (const stream of [process.stdout, process.stderr]) {
    // `holdfast schema | head` closes the pipe early: that is no error of ours.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(exitCode);
      // A full disk, say. What is lost is what was asked for, so this is no success.
      if (stream === process.stdout)
        process.stderr.write(`error[output-unwritable]: cannot write the output: ${error.message}\n`);
      process.exit(2);
    });
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    outColors: pc.createColors(wantsColor(process.stdout)),
    errColors: pc.createColors(wantsColor(process.stderr)),
    interactive: process.stdout.isTTY && process.stderr.isTTY && process.env["TERM"] !== "dumb",
    get columns() {
      return columnsOf(process.stdout);
    },
    get errColumns() {
      return columnsOf(process.stderr);
    },
    exitWith: (code) => (exitCode = code),
    get exitCode() {
      return exitCode;
    },
  };
}

/** What is narrower than this is read as if it were this wide: names and paths would not fit any more. */
const COLUMNS_MIN = 60;

/** COLUMNS, as POSIX has it, before what the terminal says; a window can change while we run. */
function columnsOf(stream: NodeJS.WriteStream): number {
  const told = /^[1-9]\d{0,4}$/.exec(process.env["COLUMNS"] ?? "")?.[0];
  const columns = told === undefined ? (stream.isTTY ? stream.columns : Infinity) : Number(told);
  return Math.max(COLUMNS_MIN, columns);
}

/** https://no-color.org and https://force-color.org */
function wantsColor(stream: NodeJS.WriteStream): boolean {
  if (process.env["NO_COLOR"]) return false;
  if (process.env["FORCE_COLOR"]) return process.env["FORCE_COLOR"] !== "0";
  return stream.isTTY && process.env["TERM"] !== "dumb";
}
