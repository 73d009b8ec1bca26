import { drawLab } from "../../lab/index.ts";
import type { LabStatus } from "../../lab/index.ts";
import type { Terminal } from "../terminal.ts";

/** `lab status` for people: the live view, once, without its footer. */
export function formatStatus(status: LabStatus, terminal: Terminal): string {
  const color = terminal.outColors.isColorSupported;
  return `${drawLab(status, { width: terminal.columns, height: 60, color, now: new Date() }).join("\n")}\n`;
}

export function readySummary(status: LabStatus, { outColors: c }: Terminal): string {
  const site = status.sites[0]?.name ?? "SITE";
  return [
    "",
    `${c.green("✓")} ${c.bold(status.fleet)} is ready after ${((status.readyAfterMs ?? 0) / 1000).toFixed(1)} s: ${c.cyan(c.underline(status.url))}`,
    "",
    `  Look at it         npx holdfast lab status`,
    `  Lose a site        npx holdfast lab kill ${site}`,
    `  Bring it back      npx holdfast lab start ${site}`,
    `  Use kubectl        export KUBECONFIG=$(npx holdfast lab kubeconfig ${site} --path)`,
    `  End it             npx holdfast lab down`,
    "",
  ].join("\n");
}
