import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldfastError } from "../../base/index.ts";
import type { Problem } from "../../base/index.ts";
import type { LabStatus } from "../../lab/index.ts";
import type { Terminal } from "../terminal.ts";
import { json } from "./json.ts";
import { readySummary } from "./status.ts";
import type { SupervisorMessage } from "./supervise.ts";
import type { UpOptions } from "./up-options.ts";

/** Starts the supervisor in a session of its own, shows its progress, and returns when the lab is ready. */
export async function upDetached(file: string, options: UpOptions, terminal: Terminal): Promise<void> {
  const logFile = join(tmpdir(), `holdfast-supervisor-${process.getuid?.() ?? 0}.log`);
  const log = openSync(logFile, "w", 0o600);
  const [script = ""] = process.argv.slice(1);
  const supervisor = spawn(
    process.execPath,
    [script, "lab", "up", file, "--supervise", "--port", String(options.port)],
    { detached: true, stdio: ["ignore", log, log, "ipc"] },
  );
  closeSync(log);
  const status = await new Promise<LabStatus>((resolve, reject) => {
    supervisor.on("message", (message: SupervisorMessage) => {
      if (message.kind === "event" && options.format === "text") terminal.err(`  ${message.text}\n`);
      if (message.kind === "ready") resolve(message.status);
      if (message.kind === "failed") reject(new HoldfastError(message.problems as [Problem, ...Problem[]]));
    });
    void once(supervisor, "exit").then(([code]) => {
      reject(
        new HoldfastError([
          {
            code: "lab-ended",
            message: `the lab's supervisor ended (exit code ${String(code)})`,
            hint: `Its log is ${logFile}.`,
          },
        ]),
      );
    });
  });
  supervisor.unref();
  if (supervisor.connected) supervisor.disconnect();
  terminal.out(options.format === "json" ? json(status) : readySummary(status, terminal));
}
