import { spawn } from "node:child_process";

const OUTPUT_MAX = 10 * 1024;

/** Runs a command to its end or its time limit; exit code 126 and above when it could not run. */
export async function execute(
  command: readonly string[],
  options: {
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  },
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const [program, ...args] = command;
  if (program === undefined) return { exitCode: 126, output: "no command" };
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, args, {
      cwd: options.folder,
      env: { ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const patience = setTimeout(() => {
      child.kill("SIGKILL");
      output = `command timed out after ${options.timeoutMs / 1000}s`;
      resolve({ exitCode: 124, output });
    }, options.timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        if (output.length < OUTPUT_MAX) output += chunk.slice(0, OUTPUT_MAX - output.length);
      });
    }
    child.once("error", (error) => {
      clearTimeout(patience);
      resolve({ exitCode: 127, output: error.message });
    });
    child.once("close", (code) => {
      clearTimeout(patience);
      resolve({ exitCode: code ?? 137, output });
    });
  });
}
