import { InvalidArgumentError, Option } from "commander";
import type { CheckReport } from "../../core/check-report/index.ts";
import { openFindings } from "../../core/check-report/index.ts";
import type { Register } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { checkFile } from "./check-file.ts";
import { formats } from "./format.ts";
import type { Format } from "./format.ts";
import { refuseOverwriting, writeReport } from "./report-file.ts";
import { lastLine, textReport } from "./text-report.ts";

interface Options {
  readonly format: Format;
  readonly out?: string;
  readonly quiet?: true;
  readonly against?: string;
  readonly order: number;
}

/** As far as the analysis goes; each more costs ten times the one before and is read by nobody. */
const LARGEST_ORDER = 4;

export const register: Register = (command, terminal) => {
  command
    .argument("<file>", "fleet file, YAML or JSON")
    .addOption(
      new Option("--format <format>", "how to print; sarif is for code scanning, junit for pipelines, html for people")
        .choices(formats)
        .default("text"),
    )
    .option("--out <file>", "write the report to this file")
    .option("--quiet", "text: only findings of severity error, and the last line")
    .option(
      "--against <old>",
      "the fleet file as it runs now: what gets better or worse, and what cannot be done in place",
    )
    .option("--order <number>", "name every set of so many parts whose loss together ends something", order, 2)
    .addHelpText(
      "after",
      "\nExit code: 0 no finding of severity error, 1 there is one, 2 the file cannot be used.\nEvery rule and why: docs/reference/rules.md; what is in --format json: docs/reference/check-json.md",
    )
    .action(async (file: string, options: Options) => {
      if (options.out !== undefined)
        refuseOverwriting(options.out, [file, ...(options.against === undefined ? [] : [options.against])]);
      const report = await checkOrReport(file, options, terminal);
      terminal.exitWith(openFindings(report).some(({ severity }) => severity === "error") ? 1 : 0);
      const text = await render(report, options, terminal);
      if (options.out === undefined) {
        terminal.out(text);
        return;
      }
      writeReport(options.out, text);
      terminal.out(`${lastLine(report, terminal.outColors)}; the report is in ${options.out}\n`);
    });
};

/** Of a file that cannot be used, the problems are printed by whoever prints every error: JSON on stdout, and text on stderr beside other formats. */
async function checkOrReport(file: string, options: Options, terminal: Terminal): Promise<CheckReport> {
  try {
    return await checkFile(file, options);
  } catch (error) {
    const { unusableReport, problemsOf } = await import("./unusable-report.ts");
    const { out, format } = options;
    const unusable = problemsOf(error, file);
    const isPrinted = out === undefined && (format === "text" || format === "json");
    if (unusable !== undefined && !isPrinted) {
      const text = await unusableReport(unusable, format);
      if (out === undefined) terminal.out(text);
      else writeReport(out, text);
    }
    throw error;
  }
}

/** Formats that few ask for are loaded when they are asked for: `check` is run on every save. */
async function render(report: CheckReport, { format, quiet, out }: Options, terminal: Terminal): Promise<string> {
  switch (format) {
    case "text":
      return textReport(report, {
        quiet: quiet === true,
        ...(out === undefined
          ? { colors: terminal.outColors, columns: terminal.columns }
          : { colors: await noColors(), columns: Infinity }),
      });
    case "json":
      return (await import("./json-report.ts")).jsonReport(report);
    case "sarif": {
      const { checkSarif } = await import("../../core/check-report/sarif/index.ts");
      const { uriOf } = await import("./file-uri.ts");
      return checkSarif(report, (file) => uriOf(file, process.cwd()));
    }
    case "junit":
      return (await import("../../core/check-report/junit/index.ts")).checkJunit(report);
    case "html":
      return (await import("../../core/check-report/html/index.ts")).checkHtml(report);
  }
}

async function noColors() {
  const { default: pc } = await import("picocolors");
  return pc.createColors(false);
}

function order(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > LARGEST_ORDER)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${LARGEST_ORDER}.`);
  return number;
}
