import { Screen } from "../../lab/index.ts";
import { askSites, unreachable } from "../ask-sites.ts";
import type { Register } from "../command.ts";
import { addFileArgument, namedFile } from "../file-argument.ts";
import { formatOption } from "../format-option.ts";
import { contextOption, findClusters } from "../site-clusters.ts";
import type { Contexts, FleetPlaces } from "../site-clusters.ts";
import type { Terminal } from "../terminal.ts";
import { formatSummary } from "./format.ts";
import { summarize } from "./summary.ts";

interface Options {
  readonly file?: string;
  readonly format: "text" | "json";
  readonly watch?: boolean;
  readonly context: Contexts;
}

const WATCH_MS = 1000;

export const register: Register = (command, terminal) => {
  addFileArgument(command)
    .addOption(formatOption())
    .addOption(contextOption())
    .option("-w, --watch", "look again every second until Ctrl-C")
    .addHelpText("after", "\nExit code: 0 a site answered, 2 none did.")
    .action(async (argument: string | undefined, options: Options) => {
      const found = await findClusters(namedFile(argument, options), options.context);
      if (options.watch === true) await watchStatus(found, options.format, terminal);
      else terminal.out(await readStatus(found, options.format, terminal));
    });
};

/** Throws where no site answers: then nothing is known. */
export async function readStatus(
  { fleet, places }: FleetPlaces,
  format: Options["format"],
  terminal: Pick<Terminal, "outColors" | "columns">,
  now: () => Date = () => new Date(),
): Promise<string> {
  const answers = await askSites(places);
  if (answers.every(({ status }) => status === undefined)) throw unreachable(answers);
  const summary = summarize(fleet, answers);
  return format === "json" ? `${JSON.stringify(summary, undefined, 2)}\n` : formatSummary(summary, terminal, now());
}

/** On a terminal one picture that changes; elsewhere one after the other, with JSON an object a line. */
async function watchStatus(found: FleetPlaces, format: Options["format"], terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  const screen = terminal.interactive && format === "text" ? new Screen(process.stdout) : undefined;
  try {
    while (!stop.signal.aborted) {
      const text = await readStatus(found, format, terminal).catch((error: unknown) => {
        // What is watched may come back.
        return `${error instanceof Error ? error.message : String(error)}\n`;
      });
      if (screen) screen.draw(text.split("\n"));
      else terminal.out(format === "json" ? oneLine(text) : `${text}\n`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, WATCH_MS);
        const cutShort = () => {
          clearTimeout(timer);
          resolve();
        };
        stop.signal.addEventListener("abort", cutShort, { once: true });
      });
    }
  } finally {
    screen?.close();
  }
}

function oneLine(text: string): string {
  return text.startsWith("{")
    ? `${JSON.stringify(JSON.parse(text))}\n`
    : `${JSON.stringify({ trouble: text.trim() })}\n`;
}
