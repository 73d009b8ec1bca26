import { userInfo } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { formatDuration, parseDurationMs } from "../core/spec/index.ts";
import { addFileArgument } from "./file-argument.ts";
import { formatOption } from "./format-option.ts";
import { contextOption } from "./site-clusters.ts";
import type { Contexts } from "./site-clusters.ts";

/** What `switchover` and `failover` have in common. */
export interface ChangeOptions {
  readonly to: string;
  readonly file?: string;
  readonly reason?: string;
  readonly timeout: number;
  readonly context: Contexts;
  readonly format: "text" | "json";
}

const TIMEOUT_MS = 60_000;

export function addChangeOptions(command: Command): Command {
  return addFileArgument(command.argument("<store>", "store of the fleet file"))
    .usage("<store> [file] --to <site> [options]")
    .requiredOption("--to <site>", "required: the site that becomes primary")
    .option("--reason <text>", "why; recorded with the change")
    .addOption(
      new Option("--timeout <duration>", "how long to wait for the end of it")
        .argParser(parseTimeout)
        .default(TIMEOUT_MS, formatDuration(TIMEOUT_MS)),
    )
    .addOption(contextOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExit code: 0 done, 1 refused or failed, with the reason, 2 nobody could be asked.");
}

/** Recorded with the change, for those who wonder later. */
export function recordedReason(reason: string | undefined): string {
  const who = `asked for by ${userName()}`;
  return reason === undefined || reason === "" ? who : `${reason.slice(0, 500)} (${who})`;
}

/** A container's account often has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

function parseTimeout(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError("it is a duration, for example 60s.");
  return ms;
}
