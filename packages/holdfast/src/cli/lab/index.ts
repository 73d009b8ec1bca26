import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { LabClient } from "../../lab/index.ts";
import type { LabVerb } from "../../lab/index.ts";
import type { Register } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { json } from "./json.ts";
import { printKubeconfig } from "./kubeconfig.ts";
import { printLogs } from "./logs.ts";
import { formatStatus } from "./status.ts";
import { supervise } from "./supervise.ts";
import { upDetached } from "./up-detached.ts";
import { upInForeground } from "./up-in-foreground.ts";
import type { UpOptions } from "./up-options.ts";

export const register: Register = (command, terminal) => {
  command.addHelpText("after", "\nBegin with: holdfast lab up examples/ratings/holdfast.yaml");
  registerUp(command, terminal);
  subcommand(command, "status", "sites, pods, primary, who answers the name").action(async ({ format }: Format) => {
    const status = await new LabClient().status();
    terminal.out(format === "json" ? json(status) : formatStatus(status, terminal));
  });
  registerOrder(command, terminal, "kill", "take a site's power away (SIGKILL to everything in it)", "<site>");
  registerOrder(command, terminal, "freeze", "stop a site's processes without ending them (SIGSTOP)", "<site>");
  registerOrder(command, terminal, "thaw", "let a frozen site go on", "<site>");
  registerOrder(command, terminal, "start", "start a killed site again, with the state it had", "<site>");
  registerOrder(command, terminal, "cut", "cut the link between two sites (silence, no resets)", "<site> <site>");
  registerOrder(command, terminal, "heal", "mend a cut link", "<site> <site>");
  registerOrder(command, terminal, "down", "end the lab and drop its data", "");
  subcommand(command, "logs", "what a site, or one of its pods, wrote")
    .argument("<site>")
    .argument("[pod]", "a pod's name or the beginning of it")
    .option("-f, --follow", "go on as lines come")
    .option("--tail <lines>", "the last lines only", parseCount)
    .action((site: string, pod: string | undefined, options: Format & { follow?: boolean; tail?: number }) =>
      printLogs(site, pod, options, terminal),
    );
  subcommand(command, "kubeconfig", "how kubectl reaches a site")
    .argument("<site>")
    .option("--path", "print the file's path instead of its text")
    .action((site: string, options: Format & { path?: boolean }) => printKubeconfig(site, options, terminal));
};

interface Format {
  readonly format: "text" | "json";
}

function subcommand(command: Command, name: string, description: string): Command {
  return command.command(name).description(description).addOption(formatOption());
}

function formatOption(): Option {
  return new Option("--format <format>", "text for people, json for programs")
    .choices(["text", "json"])
    .default("text");
}

function registerUp(command: Command, terminal: Terminal): void {
  subcommand(command, "up", "start every site of a fleet file, the witness, and the network between them")
    .argument("<file>", "fleet file")
    .option("-d, --detach", "return when everything is ready and leave it running")
    .option("-p, --port <port>", "where the application is reached on 127.0.0.1", parsePort, 8080)
    .addOption(new Option("--supervise", "become the supervisor of a detached lab").hideHelp())
    .action(async (file: string, options: UpOptions & { detach?: boolean; supervise?: boolean }) => {
      if (options.supervise === true) await supervise(file, options);
      else if (options.detach === true) await upDetached(file, options, terminal);
      else await upInForeground(file, options, terminal);
    });
}

function registerOrder(command: Command, terminal: Terminal, verb: LabVerb, description: string, sites: string): void {
  const order = subcommand(command, verb, description);
  const names =
    sites === "" ? [] : sites.split(" ").map((_, index, all) => (all.length > 1 ? `<site${index + 1}>` : "<site>"));
  names.forEach((name) => order.argument(name));
  order.action(async (...words: unknown[]) => {
    const { format } = words[names.length] as Format;
    const answer = await new LabClient().order(verb, words.slice(0, names.length) as string[]);
    const took = terminal.outColors.dim(` (${(answer.tookMs / 1000).toFixed(2)} s)`);
    terminal.out(format === "json" ? json(answer) : `${answer.text}${took}\n`);
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("a port is a whole number from 1 to 65535.");
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new InvalidArgumentError("a number of lines is a whole number.");
}
