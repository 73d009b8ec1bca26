import type { ChangeReport } from "./ask-for-change.ts";
import type { Terminal } from "./terminal.ts";

/** How a request ended; its exit code, too. */
export function printChange(report: ChangeReport, format: "text" | "json", terminal: Terminal): void {
  const { store, state, message, tookMs } = report;
  terminal.exitWith(state === "done" ? 0 : 1);
  if (format === "json") {
    terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const { outColors: c } = terminal;
  const mark = state === "done" ? c.green("✓") : c.red("✗");
  const told = state === "done" ? message : `${state}: ${message}`;
  terminal.out(`${mark} ${c.bold(store)}: ${told}\n`);
  if (tookMs !== undefined)
    terminal.out(
      c.dim(`  It can be written to again. Writes were refused for at most ${(tookMs / 1000).toFixed(1)} s.\n`),
    );
}
