import { drawLab, runLab, Screen } from "../../lab/index.ts";
import type { RunningLab } from "../../lab/index.ts";
import { loadFleet } from "../fleet-file.ts";
import type { Terminal } from "../terminal.ts";
import { json } from "./json.ts";
import { readySummary } from "./status.ts";
import type { UpOptions } from "./up-options.ts";

const REDRAW_MS = 250;

/** The lab for as long as somebody watches: a live view on a terminal, plain lines elsewhere; Ctrl-C takes it down. */
export async function upInForeground(file: string, options: UpOptions, terminal: Terminal): Promise<void> {
  const { fleet } = await loadFleet(file);
  const live = terminal.interactive && options.format === "text";
  const lab = await runLab({
    fleet,
    file,
    gatewayPort: options.port,
    withUser: live,
    onEvent: (text) => {
      if (!live) terminal.err(`  ${text}\n`);
    },
  });
  const stopListening = downOnSignals(lab);
  const view = live ? showLive(lab, terminal) : undefined;
  try {
    await lab.ready;
    if (!live) terminal.out(options.format === "json" ? json(lab.status()) : readySummary(lab.status(), terminal));
    await lab.ended;
  } catch (error) {
    // Ctrl-C while it starts is the user's wish and not a failure.
    if (!interrupted.has(lab)) throw error;
  } finally {
    view?.close();
    stopListening();
  }
  terminal.err("The lab is down; nothing of it is left running.\n");
}

const interrupted = new WeakSet<RunningLab>();

function downOnSignals(lab: RunningLab): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const down = (): void => {
    interrupted.add(lab);
    void lab.down();
  };
  for (const signal of signals) process.on(signal, down);
  return () => signals.forEach((signal) => process.off(signal, down));
}

function showLive(lab: RunningLab, terminal: Terminal): { close(): void } {
  const screen = new Screen(process.stdout);
  const redraw = (): void => {
    screen.draw(drawLab(lab.status(), { ...screen.size, color: terminal.outColors.isColorSupported, now: new Date() }));
  };
  redraw();
  const timer = setInterval(redraw, REDRAW_MS);
  const restore = (): void => screen.close();
  process.once("exit", restore); // Also after a crash: nobody wants a terminal without a cursor.
  return {
    close: () => {
      clearInterval(timer);
      process.off("exit", restore);
      screen.close();
    },
  };
}
