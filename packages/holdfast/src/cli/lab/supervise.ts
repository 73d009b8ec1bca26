import { HoldfastError } from "../../base/index.ts";
import type { Problem } from "../../base/index.ts";
import { runLab } from "../../lab/index.ts";
import type { LabStatus } from "../../lab/index.ts";
import { loadFleet } from "../fleet-file.ts";
import type { UpOptions } from "./up-options.ts";

/** What the supervisor of a detached lab tells the command that started it, until the lab is ready. */
export type SupervisorMessage =
  | { readonly kind: "event"; readonly text: string }
  | { readonly kind: "ready"; readonly status: LabStatus }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] };

/** The background half of `lab up --detach`: no terminal, no parent after the start, ended by `lab down` or a signal. */
export async function supervise(file: string, options: UpOptions): Promise<void> {
  const tell = (message: SupervisorMessage): void => {
    if (process.connected) process.send?.(message);
  };
  try {
    const { fleet } = await loadFleet(file);
    const lab = await runLab({
      fleet,
      file,
      gatewayPort: options.port,
      withUser: false,
      onEvent: (text) => {
        process.stdout.write(`${new Date().toISOString()} ${text}\n`);
        tell({ kind: "event", text });
      },
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void lab.down());
    // Whoever asked for the lab and went away before it was ready does not want it.
    process.once("disconnect", () => void (lab.status().phase === "starting" && lab.down()));
    await lab.ready;
    tell({ kind: "ready", status: lab.status() });
    await lab.ended;
  } catch (error) {
    tell({ kind: "failed", problems: problemsOf(error) });
    throw error;
  } finally {
    if (process.connected) process.disconnect();
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof HoldfastError) return error.problems;
  return [{ code: "unexpected", message: error instanceof Error ? error.message : String(error) }];
}
