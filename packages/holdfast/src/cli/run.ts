import { Command, CommanderError } from "commander";
import { HoldfastError, version } from "../base/index.ts";
import type { Problem } from "../base/index.ts";
import { commands } from "./commands.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

/** Runs one command line, without the program's name. Never throws: what goes wrong is printed, and is exit code 2. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const program = await buildProgram(argv, terminal);
    await program.parseAsync(argv, { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { reportError } = await import("./report-error.ts");
    reportError(toHoldfastError(error), { argv, terminal, unexpected: isUnexpected(error) ? error : undefined });
    return 2;
  }
}

/** Of a help text that goes to a file. */
const HELP_COLUMNS = 80;

async function buildProgram(argv: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command("holdfast")
    .description("Keeps an application up when a whole site goes down, on Kubernetes clusters that share nothing.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .showSuggestionAfterError(true)
    .exitOverride()
    // Commander's own error text is not printed: reportError does it, the same way for every error.
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => (Number.isFinite(terminal.columns) ? terminal.columns : HELP_COLUMNS),
    })
    .addHelpText("after", "\nBegin with: holdfast init, holdfast check holdfast.yaml");

  const invoked = argv.find((word) => !word.startsWith("-") && word !== "help");
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.summary);
    if (entry.name === invoked) (await entry.load()).register(command, terminal);
  }
  if (argv.length === 0) {
    program.action(() => {
      terminal.out(program.helpInformation());
    });
  }
  return program;
}

function isUnexpected(error: unknown): boolean {
  return !(error instanceof HoldfastError || error instanceof CommanderError);
}

function toHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (error instanceof CommanderError) return new HoldfastError([usageProblem(error)], { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new HoldfastError([{ code: "unexpected", message: `this is a mistake of holdfast: ${message}` }], {
    cause: error,
  });
}

/** Commander writes `error: unknown command 'chek'\n(Did you mean check?)`. */
function usageProblem(error: CommanderError): Problem {
  if (error.code === "commander.help")
    return { code: "usage", message: "a command is missing", hint: "See: holdfast --help" };
  const [, message = error.message, suggestion] =
    /^(?:error: )?(.*?)\.?\s*(?:\(([^)]*\?)\))?$/s.exec(error.message) ?? [];
  return { code: "usage", message: message.trim(), hint: suggestion ?? "See: holdfast --help" };
}
