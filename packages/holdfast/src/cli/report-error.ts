import type { HoldfastError } from "../base/index.ts";
import { maskSecrets } from "../core/spec/index.ts";
import { countSeverities, diagnosticJson, diagnosticOf } from "./diagnostic.ts";
import { sourceReader } from "./fleet-file.ts";
import { formatDiagnostics } from "./problems.ts";
import type { Terminal } from "./terminal.ts";

export interface ErrorContext {
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  /** The error itself, where it is a mistake of ours: its stack helps to find it. */
  readonly unexpected: unknown;
}

/** The one place where an error that ends a command is printed: code, what was being done, where, what to do. */
export function reportError(error: HoldfastError, { argv, terminal, unexpected }: ErrorContext): void {
  const diagnostics = error.problems.map(diagnosticOf);
  if (wantsJson(argv)) {
    terminal.out(`${JSON.stringify({ problems: diagnostics.map(diagnosticJson) }, null, 2)}\n`);
    return;
  }
  const { errColors: colors } = terminal;
  terminal.err(formatDiagnostics(diagnostics, sourceReader(), colors, terminal.errColumns));
  if (unexpected instanceof Error && unexpected.stack !== undefined)
    terminal.err(`${colors.dim(maskSecrets(unexpected.stack))}\n`);
  if (diagnostics.length > 1) terminal.err(`\n${colors.red("✗")} ${countSeverities(diagnostics)}\n`);
}

/** The command line may be what is wrong, so it is looked at as it is. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === "--format=json" || (word === "--format" && argv[index + 1] === "json"));
}
