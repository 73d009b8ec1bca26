import { HoldfastError } from "../../base/index.ts";
import { followLogs, LabClient, podsWithLogs, readLogs } from "../../lab/index.ts";
import type { LogLine } from "../../lab/index.ts";
import type { Terminal } from "../terminal.ts";
import { json } from "./json.ts";
import { siteNamed } from "./kubeconfig.ts";

interface LogsOptions {
  readonly format: "text" | "json";
  readonly follow?: boolean;
  readonly tail?: number;
}

/** Prints what a site or one of its pods wrote; with JSON, an array, or an object a line when following. */
export async function printLogs(
  siteName: string,
  pod: string | undefined,
  options: LogsOptions,
  terminal: Terminal,
): Promise<void> {
  const { folder } = siteNamed(await new LabClient().status(), siteName);
  const query = {
    folder,
    ...(pod === undefined ? {} : { pod }),
    ...(options.tail === undefined ? {} : { tail: options.tail }),
  };
  const lines = await readLogs(query);
  if (lines.length === 0 && pod !== undefined) await requirePod(folder, siteName, pod);
  if (lines.length === 0 && pod === undefined && options.follow !== true) {
    terminal.err(`Site ${siteName} itself wrote nothing. Its pods: ${(await podsWithLogs(folder)).join(", ")}\n`);
  }
  const several = new Set(lines.map((line) => line.source)).size > 1;
  const print = (line: LogLine): void =>
    terminal.out(`${several ? terminal.outColors.cyan(`${line.source} `) : ""}${line.text}\n`);
  if (options.follow !== true) {
    if (options.format === "json") terminal.out(json(lines));
    else lines.forEach(print);
    return;
  }
  const each = options.format === "json" ? (line: LogLine): void => terminal.out(`${JSON.stringify(line)}\n`) : print;
  lines.forEach(each);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  await followLogs(query, (fresh) => fresh.forEach(each), stop.signal);
}

async function requirePod(folder: string, siteName: string, pod: string): Promise<void> {
  const pods = await podsWithLogs(folder);
  if (pods.some((name) => name.startsWith(pod))) return;
  throw new HoldfastError([
    {
      code: "lab-pod-unknown",
      message: `site ${siteName} has no pod "${pod}"`,
      hint: `Its pods are ${pods.join(", ")}.`,
    },
  ]);
}
